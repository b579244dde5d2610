#include "signals.h"

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <stddef.h>
#include <stdint.h>

/* The kernel's own sigaction: libc's refuses the signals that it keeps to itself. */
struct k_sigaction {
    void (*handler)(int);
    unsigned long flags;
    void (*restorer)(void);
    uint64_t mask;
};
#define SIGNALS_MAX 64

void signals_default(void)
{
    struct k_sigaction action = {.handler = SIG_DFL};
    uint64_t none = 0;
    for (int s = 1; s <= SIGNALS_MAX; s++)
        syscall(SYS_rt_sigaction, s, &action, NULL, sizeof none);
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, NULL, sizeof none);
}

void signals_ignore(void)
{
    static const int ignored[] = {SIGPIPE, SIGHUP, SIGINT, SIGTERM, SIGQUIT, SIGTTOU, SIGTTIN, SIGTSTP};
    for (unsigned i = 0; i < sizeof ignored / sizeof *ignored; i++)
        signal(ignored[i], SIG_IGN);
}

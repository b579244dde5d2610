/*
 * Op INIT: the container's process splits. Its child runs the rest of the plan; itself it becomes a
 * small init, with the rights and filters that the plan gave so far and without any descriptor.
 */
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clone.h"
#include "kernel.h"
#include "launch.h"
#include "progress.h"
#include "run.h"
#include "slots.h"

#define NAME "sampan-init"

static const uint64_t every = ~0ull;

/* Reaps whoever is dead; ends when the command is: its init has nothing else to live for. */
static void reap(pid_t command)
{
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        if (pid == command)
            _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    if (pid < 0 && errno == ECHILD)
        _exit(1);
}

static _Noreturn void serve(pid_t command)
{
    prctl(PR_SET_NAME, NAME, 0, 0, 0);
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    launch_drop_plan();
    /* Also by name: the launcher waits for the last end of the link to close. */
    progress_close();
    slots_close_from(3);
    if (chdir("/") < 0)
        _exit(1);
    for (;;) {
        siginfo_t sent;
        long signal = syscall(SYS_rt_sigtimedwait, &every, &sent, NULL, sizeof every);
        if (signal == SIGCHLD)
            reap(command);
        /* The terminal's stops are meant for whoever reads it, which is never the init. */
        else if (signal > 0 && signal != SIGTTIN && signal != SIGTTOU)
            kill(command, (int)signal);
    }
}

/* The command gets its own process group, in front of the terminal if there is one, like a shell's job. */
static void stand_in_front(void)
{
    setpgid(0, 0);
    if (isatty(0))
        tcsetpgrp(0, getpid());
}

int run_INIT(const struct plan_step *step)
{
    (void)step;
    uint64_t before;
    int pidfd;
    if (getpid() != 1 && prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
        return -errno;
    if (syscall(SYS_rt_sigprocmask, SIG_BLOCK, &every, &before, sizeof every) < 0)
        return -errno;
    pid_t command = clone_process(0, -1, &pidfd);
    if (command > 0)
        serve(command);
    /* Every signal is blocked here still, so that taking the terminal does not stop this process. */
    if (command == 0)
        stand_in_front();
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &before, NULL, sizeof every);
    return command;
}

/*
 * The client starts sampan-launch itself: the container then descends from the caller (who may be a
 * subreaper that waits for it) and begins in the caller's namespaces, cgroups, limits and rights.
 */
#include "session.h"

#include "../include/client.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef AT_EMPTY_PATH
#define AT_EMPTY_PATH 0x1000
#endif

static bool launched;

enum { SLOTS_MAX = 256, PLAN_AT = 3, CONTROL_AT = 4, SLOTS_AT = 5, ABOVE = SLOTS_AT + SLOTS_MAX, NONE = -1, OWN = -2 };

/* A copy above all numbers that are filled below; -1 for what is not open. */
static int lifted(int fd)
{
    return fcntl(fd, F_DUPFD_CLOEXEC, ABOVE);
}

/* What came from the daemon took the lowest free numbers: those that the caller had nothing at. */
static bool came_along(int fd, const int *fds)
{
    for (int i = 0; i < CLI_FDS; i++)
        if (fds[i] == fd)
            return true;
    return false;
}

static int source(int32_t slot, const int *fds)
{
    if (slot == NONE)
        return -1;
    if (slot <= OWN)
        return came_along(OWN - slot, fds) ? -1 : lifted(OWN - slot);
    return slot < CLI_FDS - CLI_LAUNCH_FIRST ? lifted(fds[CLI_LAUNCH_FIRST + slot]) : -1;
}

static void place(int from, int to)
{
    if (from < 0 || dup2(from, to) < 0)
        close(to);
}

static _Noreturn void become_launcher(const unsigned char *slots, size_t count, const int *fds)
{
    static int from[SLOTS_MAX];
    char *argv[] = {"sampan-launch", NULL}, *env[] = {NULL};
    int program = lifted(fds[0]), plan = lifted(fds[1]), control = lifted(fds[2]);
    for (size_t i = 0; i < count; i++) {
        int32_t slot;
        memcpy(&slot, slots + i * sizeof slot, sizeof slot);
        from[i] = source(slot, fds);
    }
    place(plan, PLAN_AT);
    place(control, CONTROL_AT);
    for (size_t i = 0; i < count; i++)
        place(from[i], SLOTS_AT + (int)i);
    syscall(SYS_execveat, program, "", argv, env, AT_EMPTY_PATH);
    _exit(127);
}

void launch(const unsigned char *slots, uint32_t length, const int *fds)
{
    size_t count = length / sizeof(int32_t);
    /* Whoever reaps the container has no use for the launcher's own end. */
    signal(SIGCHLD, SIG_IGN);
    launched = true;
    if (count <= SLOTS_MAX && fds[CLI_LAUNCH_FIRST - 1] >= 0 && fork() == 0)
        become_launcher(slots, count, fds);
    for (int i = 0; i < CLI_FDS; i++)
        if (fds[i] >= 0)
            close(fds[i]);
}

/*
 * A launcher that detaches ends by itself. Only its end gives its process to whoever reaps it, and a caller
 * may ask for that process as soon as the command is done.
 */
void await_launcher(void)
{
    while (launched && (wait(NULL) >= 0 || errno == EINTR))
        ;
}

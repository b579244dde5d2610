/*
 * A program that runs beside the session in the caller's name: a credential helper, say. The daemon
 * names it and passes its descriptors 0-2; the client tells how it ended.
 */
#include "session.h"

#include "../include/client.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ARGS_MAX = 256, STATUS_NOT_RUNNABLE = 126, STATUS_NOT_FOUND = 127 };

/* One at a time: the daemon asks for the next when it heard of the last. */
static pid_t running;
static uint32_t running_id;

static void tell(int sock, uint32_t id, int32_t status)
{
    struct {
        uint32_t id;
        int32_t status;
    } ended = {id, status};
    send_frame(sock, CLI_RAN, &ended, sizeof ended, -1);
}

static _Noreturn void run(char *data, uint32_t length, const int *fds, const sigset_t *before)
{
    static char *argv[ARGS_MAX + 1];
    int n = 0;
    for (uint32_t at = 0; at < length && n < ARGS_MAX; at += strlen(data + at) + 1)
        argv[n++] = data + at;
    for (int i = 0; i < 3; i++)
        if (dup2(fds[i], i) < 0)
            _exit(STATUS_NOT_RUNNABLE);
    signal(SIGPIPE, SIG_DFL);
    sigprocmask(SIG_SETMASK, before, NULL);
    if (n)
        execvp(argv[0], argv);
    _exit(errno == ENOENT ? STATUS_NOT_FOUND : STATUS_NOT_RUNNABLE);
}

void spawn_program(int sock, unsigned char *data, uint32_t length, const int *fds, const sigset_t *before)
{
    uint32_t id;
    memcpy(&id, data, sizeof id);
    int complete = length > sizeof id && data[length - 1] == 0 && fds[0] >= 0 && fds[1] >= 0 && fds[2] >= 0;
    pid_t pid = complete && !running ? fork() : -1;
    if (pid == 0)
        run((char *)data + sizeof id, length - sizeof id, fds, before);
    for (int i = 0; i < CLI_FDS; i++)
        if (fds[i] >= 0)
            close(fds[i]);
    if (pid < 0) {
        tell(sock, id, STATUS_NOT_RUNNABLE);
        return;
    }
    running = pid;
    running_id = id;
}

void reap_program(int sock)
{
    int status;
    if (!running || waitpid(running, &status, WNOHANG) != running)
        return;
    running = 0;
    tell(sock, running_id, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

/*
 * The client becomes another program in other namespaces, with the caller's rights and terminal:
 * the daemon names the steps and passes the descriptors.
 */
#include "session.h"

#include "../include/client.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ARGS_MAX = 4096, STATUS_FAILED = 1, STATUS_NOT_RUNNABLE = 126, STATUS_NOT_FOUND = 127 };

static void check(int result, const char *call, const char *subject)
{
    char text[512];
    if (result >= 0)
        return;
    snprintf(text, sizeof text, "%s%s%s", subject, *subject ? ": " : "", strerror(errno));
    fail(STATUS_FAILED, call, text);
}

static void write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    check(fd, "open", path);
    check(write(fd, text, strlen(text)), "write", path);
    close(fd);
}

static void wait_as_child(void)
{
    pid_t pid = fork();
    check(pid, "fork", "");
    if (pid == 0)
        return;
    int status;
    signal(SIGINT, SIG_IGN);
    signal(SIGQUIT, SIG_IGN);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (WIFSIGNALED(status)) {
        signal(WTERMSIG(status), SIG_DFL);
        kill(getpid(), WTERMSIG(status));
    }
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

static void exec_program(char *data, uint32_t length)
{
    static char *argv[ARGS_MAX + 1];
    int argc = 0;
    for (char *at = data; at < data + length && *at && argc < ARGS_MAX; at += strlen(at) + 1)
        argv[argc++] = at;
    if (argc == 0)
        fail(STATUS_FAILED, "no program named", "");
    execvp(argv[0], argv);
    int status = errno == ENOENT ? STATUS_NOT_FOUND : STATUS_NOT_RUNNABLE;
    char text[512];
    snprintf(text, sizeof text, "%s: %s", argv[0], strerror(errno));
    fail(status, "failed to execute", text);
}

static void take(const struct cli_step *step, char *data, int fd)
{
    /* data ends in a NUL that read_steps made sure of, so these never run over */
    const char *second = data + strlen(data) + (step->length > strlen(data));
    switch (step->code) {
    case STEP_SETNS:
        check(setns(fd, step->number), "setns", "");
        break;
    case STEP_UNSHARE:
        check(unshare(step->number), "unshare", "");
        break;
    case STEP_FORK:
        wait_as_child();
        break;
    case STEP_WRITE:
        write_file(data, second);
        break;
    case STEP_CHROOT:
        check(fchdir(fd), "fchdir", "");
        check(chroot("."), "chroot", "");
        break;
    case STEP_CHDIR:
        check(chdir(data), "chdir", data);
        break;
    case STEP_FCHDIR:
        check(fchdir(fd), "fchdir", "");
        break;
    case STEP_MOUNT: {
        const char *type = second + strlen(second) + 1;
        check(mount(data, second, type < data + step->length ? type : "", step->number, NULL), "mount", second);
        break;
    }
    case STEP_SETGID:
        if (setgroups(0, NULL) < 0 && errno != EPERM)
            check(-1, "setgroups", "");
        check(setgid(step->number), "setgid", "");
        break;
    case STEP_SETUID:
        check(setuid(step->number), "setuid", "");
        break;
    case STEP_EXEC:
        exec_program(data, step->length);
        break;
    default:
        fail(STATUS_FAILED, "the daemon asks for an unknown step", "");
    }
}

_Noreturn void become(const unsigned char *steps, uint32_t length, const int *fds)
{
    uint32_t at = 0;
    while (at + sizeof(struct cli_step) <= length) {
        struct cli_step step;
        memcpy(&step, steps + at, sizeof step);
        at += sizeof step;
        if (step.length > length - at || step.fd >= CLI_FDS)
            break;
        char *data = calloc(1, step.length + 2);
        if (!data)
            break;
        memcpy(data, steps + at, step.length);
        take(&step, data, fds[step.fd]);
        free(data);
        at += (step.length + 7) & ~7u;
    }
    fail(STATUS_FAILED, "the daemon named no program to become", "");
}

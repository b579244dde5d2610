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
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define CAP_VERSION_3 0x20080522 /* linux/capability.h, which musl does not bring */

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
    for (;;) {
        pid_t got = waitpid(pid, &status, WUNTRACED);
        if (got == pid && WIFSTOPPED(status)) {
            /* as the shell expects it of a job: stop with it, go on with it */
            kill(getpid(), SIGSTOP);
            kill(pid, SIGCONT);
        } else if (got == pid || errno != EINTR)
            break;
    }
    if (WIFSIGNALED(status)) {
        signal(WTERMSIG(status), SIG_DFL);
        kill(getpid(), WTERMSIG(status));
    }
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

/* Who stays outside of the new user namespace writes its maps: with root's rights itself, else by the
 * programs that may (newuidmap, newgidmap). */
static void write_map(pid_t pid, const char *name, char *map)
{
    char path[64], number[16], *words[6] = {NULL, number};
    int count = 2;
    if (!*map)
        return;
    snprintf(path, sizeof path, "/proc/%d/%s_map", pid, name);
    if (geteuid() == 0) {
        write_file(path, map);
        return;
    }
    snprintf(number, sizeof number, "%d", pid);
    snprintf(path, sizeof path, "new%smap", name);
    words[0] = path;
    for (char *word = strtok(map, " "); word && count < 5; word = strtok(NULL, " "))
        words[count++] = word;
    pid_t child = fork();
    check(child, "fork", "");
    if (child == 0) {
        execvp(words[0], words);
        fail(STATUS_FAILED, "failed to execute", words[0]);
    }
    int status = 0;
    if (waitpid(child, &status, 0) != child || status != 0)
        fail(STATUS_FAILED, "the id map was refused", words[0]);
}

static void unshare_mapped(int64_t flags, char *users, char *groups)
{
    int go[2], status = 0;
    char byte;
    pid_t self = getpid();
    check(pipe2(go, O_CLOEXEC), "pipe", "");
    pid_t child = fork();
    check(child, "fork", "");
    if (child == 0) {
        close(go[1]);
        if (read(go[0], &byte, 1) != 1)
            _exit(STATUS_FAILED);
        write_map(self, "uid", users);
        write_map(self, "gid", groups);
        _exit(0);
    }
    close(go[0]);
    check(unshare(flags), "unshare", "");
    check(write(go[1], "", 1), "write", "");
    close(go[1]);
    if (waitpid(child, &status, 0) != child || status != 0)
        exit(STATUS_FAILED); /* it has said why */
}

/* Source: capabilities(7): ambient ones must be permitted and inheritable. */
static void keep_capabilities(void)
{
    struct {
        uint32_t version;
        int pid;
    } header = {.version = CAP_VERSION_3};
    struct {
        uint32_t effective, permitted, inheritable;
    } data[2];
    check(syscall(SYS_capget, &header, data), "capget", "");
    for (int i = 0; i < 2; i++)
        data[i].inheritable = data[i].permitted;
    check(syscall(SYS_capset, &header, data), "capset", "");
    for (int cap = 0; cap < 64; cap++)
        if (data[cap / 32].permitted & 1u << cap % 32)
            check(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0), "prctl", "");
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
    case STEP_CHROOT_HERE:
        check(chroot("."), "chroot", "");
        check(chdir("/"), "chdir", "/");
        break;
    case STEP_PDEATHSIG:
        check(prctl(PR_SET_PDEATHSIG, step->number), "prctl", "");
        break;
    case STEP_KEEP_CAPS:
        keep_capabilities();
        break;
    case STEP_UNSHARE_MAPPED:
        unshare_mapped(step->number, data, (char *)second);
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

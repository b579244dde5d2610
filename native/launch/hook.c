/* Op HOOK: runs a program of the plan and waits for it. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "clone.h"
#include "exec.h"
#include "kernel.h"
#include "progress.h"
#include "run.h"
#include "signals.h"
#include "text.h"

struct hook {
    pid_t pid;
    int pidfd, input, output, error; /* error: the read end of a pipe that exec closes */
};

/* What the hook printed, as far as a message holds it. */
static struct {
    char text[1400];
    uint32_t length;
} said;

static int write_all(int fd, const char *bytes, size_t size)
{
    while (size) {
        ssize_t n = write(fd, bytes, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? -errno : -EIO;
        bytes += n;
        size -= (size_t)n;
    }
    return 0;
}

/* A file in memory needs no writer while the hook reads, and no hook can fill it. */
static int input_file(const struct plan_step *step)
{
    pid_t pid = step->stage == STAGE_CHILD ? getpid() : progress->host_pid;
    struct plan_str text = text_with_pid(step->strs[3], pid);
    if (!text.bytes)
        return -ENOMEM;
    int fd = (int)syscall(SYS_memfd_create, "hook", 1u /* MFD_CLOEXEC */);
    int result = fd < 0 ? -errno : write_all(fd, text.bytes, text.length);
    if (result == 0 && lseek(fd, 0, SEEK_SET) < 0)
        result = -errno;
    munmap((void *)text.bytes, text.length + 1);
    if (result < 0 && fd >= 0)
        close(fd);
    return result < 0 ? result : fd;
}

static _Noreturn void become(const struct plan_step *step, int input, int output, int error)
{
    char **argv = exec_vector(step->strs[1]), **env = exec_vector(step->strs[2]);
    int why = ENOMEM;
    signals_default();
    exec_umask_restore();
    if (argv && env && dup2(input, 0) >= 0 && dup2(output, 1) >= 0 && dup2(output, 2) >= 0) {
        execve(step->strs[0].bytes, argv, env);
        why = errno;
    }
    write_all(error, (char *)&why, sizeof why);
    _exit(127);
}

static int start(const struct plan_step *step, struct hook *hook)
{
    int output[2] = {-1, -1}, error[2] = {-1, -1}, result = 0;
    *hook = (struct hook){.pidfd = -1, .output = -1, .error = -1};
    hook->input = input_file(step);
    if (hook->input < 0)
        return hook->input;
    if (pipe2(output, O_CLOEXEC) < 0 || pipe2(error, O_CLOEXEC) < 0)
        result = -errno;
    else
        result = hook->pid = clone_process(0, -1, &hook->pidfd);
    if (result == 0)
        become(step, hook->input, output[1], error[1]);
    close(hook->input);
    close(output[1]);
    close(error[1]);
    hook->output = output[0];
    hook->error = error[0];
    if (output[0] >= 0)
        fcntl(output[0], F_SETFL, O_NONBLOCK);
    return result < 0 ? result : 0;
}

static void listen_to(int fd)
{
    char rest[512];
    ssize_t n;
    while ((n = read(fd, rest, sizeof rest)) > 0) {
        uint32_t room = (uint32_t)sizeof said.text - said.length, take = (uint32_t)n < room ? (uint32_t)n : room;
        memcpy(said.text + said.length, rest, take);
        said.length += take;
    }
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000ll + now.tv_nsec / 1000000;
}

/* Waits for the end; false when the time is over. */
static bool wait_end(struct hook *hook, int64_t timeout_ms)
{
    int64_t deadline = now_ms() + timeout_ms;
    struct pollfd fds[2] = {{.fd = hook->pidfd, .events = POLLIN}, {.fd = hook->output, .events = POLLIN}};
    while (!fds[0].revents) {
        int64_t left = timeout_ms < 0 ? -1 : deadline - now_ms();
        if (timeout_ms >= 0 && left <= 0)
            return false;
        if (poll(fds, 2, (int)left) < 0 && errno != EINTR)
            return false;
        if (fds[1].revents)
            listen_to(hook->output);
        /* Its output is closed: nothing more to listen to, and no reason to spin. */
        if (fds[1].revents & POLLHUP)
            fds[1].fd = -1;
    }
    listen_to(hook->output);
    return true;
}

static int judge(struct hook *hook, bool in_time)
{
    int status = 0, why = 0;
    if (!in_time)
        syscall(SYS_pidfd_send_signal, hook->pidfd, SIGKILL, NULL, 0);
    while (waitpid(hook->pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (read(hook->error, &why, sizeof why) == sizeof why)
        return -why;
    if (in_time && status == 0)
        return 0;
    run_detail(status, said.text, said.length);
    return in_time ? -ECANCELED : -ETIMEDOUT;
}

int run_HOOK(const struct plan_step *step)
{
    struct hook hook;
    said.length = 0;
    int result = start(step, &hook);
    if (result == 0)
        result = judge(&hook, wait_end(&hook, step->ints[0]));
    int fds[] = {hook.pidfd, hook.output, hook.error};
    for (int i = 0; i < 3; i++)
        if (fds[i] >= 0)
            close(fds[i]);
    return result;
}

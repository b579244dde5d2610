/* Op SECCOMP: the filter, and the way of its notify descriptor to whoever supervises it. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "channel.h"
#include "clone.h"
#include "kernel.h"
#include "progress.h"
#include "run.h"
#include "slots.h"
#include "text.h"

#define CLONE_SHARED_FILES 0x400

/*
 * Under the new program any call may wait for the supervisor, which has nothing to answer with yet.
 * So a helper that was born before it, with the same descriptors, does the sending.
 */
struct helper {
    pid_t pid;
    int wake[2];
};

static _Noreturn void serve(const struct helper *helper, const struct plan_step *step)
{
    int fd;
    /* Sharing the descriptors it would never see the end of the pipe. */
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    struct plan_str text = text_with_pid(step->strs[1], progress->host_pid);
    if (!text.bytes)
        _exit(ENOMEM);
    if (read(helper->wake[0], &fd, sizeof fd) != sizeof fd)
        _exit(ECANCELED);
    int listener = slot_get(step->ints[1]), result = channel_send(listener, text.bytes, text.length, fd);
    /* The process holds it until its program runs, which may be long: who listens sees the end now. */
    shutdown(listener, SHUT_RDWR);
    _exit(-result);
}

static int start(struct helper *helper, const struct plan_step *step)
{
    int pidfd;
    if (pipe2(helper->wake, O_CLOEXEC) < 0)
        return -errno;
    helper->pid = clone_process(CLONE_SHARED_FILES, -1, &pidfd);
    if (helper->pid == 0)
        serve(helper, step);
    if (helper->pid < 0) {
        close(helper->wake[0]);
        close(helper->wake[1]);
        return helper->pid;
    }
    close(pidfd);
    return 0;
}

/* Closes the pipe, which ends a helper that was told nothing; 0 when it sent the descriptor. */
static int finish(struct helper *helper)
{
    int status = 0, result = 0;
    close(helper->wake[1]);
    while (waitpid(helper->pid, &status, 0) < 0 && result == 0)
        result = errno == EINTR ? 0 : -errno;
    close(helper->wake[0]);
    if (result < 0)
        return result;
    return WIFEXITED(status) ? -WEXITSTATUS(status) : -ECANCELED;
}

static long load(const struct plan_step *step, unsigned flags)
{
    struct k_sock_fprog program = {(unsigned short)(step->strs[0].length / sizeof(struct k_sock_filter)),
                                   (const void *)step->strs[0].bytes};
    long result = syscall(SYS_seccomp, K_SECCOMP_SET_MODE_FILTER, flags, &program);
    return result < 0 ? -errno : result;
}

int run_SECCOMP(const struct plan_step *step)
{
    struct helper helper;
    unsigned flags = (unsigned)step->ints[0];
    if (step->ints[1] < 0) {
        long result = load(step, flags);
        /* With SECCOMP_FILTER_FLAG_TSYNC a positive result is the thread that could not follow. */
        return result > 0 ? -ESRCH : (int)result;
    }
    if (slot_get(step->ints[1]) < 0)
        return -EBADF;
    int result = start(&helper, step);
    if (result < 0)
        return result;
    int fd = (int)load(step, flags | K_SECCOMP_FILTER_FLAG_NEW_LISTENER);
    if (fd >= 0 && write(helper.wake[1], &fd, sizeof fd) != sizeof fd)
        result = -errno;
    int sent = finish(&helper);
    if (fd < 0)
        return fd;
    close(fd);
    return result < 0 ? result : sent;
}

#include "clone.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel.h"
#include "launch.h"
#include "loop.h"
#include "progress.h"
#include "slots.h"
#include "stdio_ends.h"
#include "wait_start.h"

static pid_t child;
static int child_pidfd = -1;
static bool fresh_users, joined;

pid_t clone_child(void)
{
    return child;
}

int clone_pidfd(void)
{
    return child_pidfd;
}

void clone_hide(void)
{
    joined = true;
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

void clone_became(int64_t uid)
{
    if (uid == 0 && fresh_users && !joined)
        prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

pid_t clone_process(uint64_t flags, int cgroup, int *pidfd)
{
    struct k_clone_args args = {
        .flags = flags | K_CLONE_PIDFD, .pidfd = (uint64_t)(uintptr_t)pidfd, .exit_signal = SIGCHLD};
    if (cgroup >= 0) {
        args.flags |= K_CLONE_INTO_CGROUP;
        args.cgroup = (uint64_t)cgroup;
    }
    long pid = syscall(SYS_clone3, &args, sizeof args);
    /* Filters of an outer container may know clone only. */
    if (pid < 0 && errno == ENOSYS && cgroup < 0)
        pid = syscall(SYS_clone, args.flags | SIGCHLD, 0, pidfd, 0, 0);
    return pid < 0 ? -errno : (pid_t)pid;
}

static _Noreturn void child_main(int link)
{
    int fd;
    struct plan_cursor cursor = {0};
    struct plan_step step;
    loop_forget();
    close(link_fd);
    link_fd = link;
    if (link_receive(&fd, true) != LINK_GO)
        _exit(1);
    if (!fresh_users)
        clone_hide();
    for (struct plan_cursor at = cursor; plan_next(&launch_plan, &at, &step) && step.stage != STAGE_CHILD;)
        cursor = at;
    run_stage(&launch_plan, &cursor, STAGE_CHILD, &progress->at);
    progress->state = PROGRESS_FAILED;
    wait_start_failed(&progress->at);
    _exit(1);
}

int run_CLONE(const struct plan_step *step)
{
    int link, result;
    fresh_users = step->ints[0] & (int64_t)K_CLONE_NEWUSER;
    int cgroup = slot_get(step->ints[1]);
    if (step->ints[1] >= 0 && cgroup < 0)
        return -EBADF;
    if ((result = stdio_open()) < 0 || (result = progress_open(&link)) < 0)
        return result;
    child = clone_process((uint64_t)step->ints[0], cgroup, &child_pidfd);
    if (child == 0)
        child_main(link);
    close(link);
    stdio_keep_own();
    if (child < 0)
        return child;
    progress->host_pid = child;
    return 0;
}

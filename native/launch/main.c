/* sampan-launch: reads the plan from descriptor 3, runs it, stays as the monitor. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "exec.h"
#include "launch.h"
#include "loop.h"
#include "signals.h"
#include "slots.h"

#define PLAN_FD 3
#define CONTROL_FD 4
#define SLOTS_FD 5
#define NAME "sampan-launch"

enum { EXIT_REFUSED = 2 };

struct plan launch_plan;
static void *mapped;
static size_t mapped_size;

void launch_drop_plan(void)
{
    munmap(mapped, mapped_size);
    launch_plan = (struct plan){0};
}

/*
 * Copies the plan: what was checked must be what runs, whoever else holds the descriptor. The copy
 * grows with what is read, so that a short plan takes few pages.
 */
static size_t read_plan(void)
{
    size_t size = 0;
    mapped_size = PLAN_SIZE_MAX + 1;
    mapped = mmap(NULL, mapped_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapped == MAP_FAILED)
        return 0;
    lseek(PLAN_FD, 0, SEEK_SET);
    while (size < mapped_size) {
        ssize_t n = read(PLAN_FD, (char *)mapped + size, mapped_size - size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        size += (size_t)n;
    }
    close(PLAN_FD);
    return size;
}

static void refuse(const struct plan_refusal *refusal)
{
    struct failure failure = {
        .step = refusal->step, .code = refusal->code, .stage = STAGE_REFUSED, .error = EINVAL};
    failure.text_length = (uint32_t)strlen(refusal->why);
    memcpy(failure.text, refusal->why, failure.text_length);
    loop_fail(&failure);
}

/* Descriptors 0 to 2 are the daemon's: nobody below may write there, nor get their numbers. */
static void leave_stdio(void)
{
    int null = open("/dev/null", O_RDWR | O_NOCTTY);
    for (int i = 0; i < 3; i++)
        if (null >= 0 && null != i)
            dup2(null, i);
    if (null > 2)
        close(null);
}

static bool is_control(int fd)
{
    int type = 0;
    socklen_t size = sizeof type;
    return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_SEQPACKET;
}

int main(void)
{
    struct plan_refusal refusal;
    struct plan_cursor cursor = {0};
    static struct failure failure;
    prctl(PR_SET_NAME, NAME, 0, 0, 0);
    /* First of all: a hole below 3 would be filled with something of ours. */
    leave_stdio();
    /* What the daemon ignores or blocks is no business of the container; an ignored SIGCHLD would hide its end. */
    signals_default();
    if (is_control(CONTROL_FD)) {
        fcntl(CONTROL_FD, F_SETFD, FD_CLOEXEC);
        loop_adopt(CONTROL_FD);
    }
    size_t size = read_plan();
    if (!plan_check(mapped, size, &launch_plan, &refusal)) {
        refuse(&refusal);
        return EXIT_REFUSED;
    }
    slots_close_from(SLOTS_FD + (int)launch_plan.fd_count);
    slots_adopt(launch_plan.fd_count);
    exec_umask_reset();
    setsid();
    if (!run_stage(&launch_plan, &cursor, STAGE_MONITOR, &failure))
        return loop_fail(&failure);
    signals_ignore();
    if (!run_stage(&launch_plan, &cursor, STAGE_PARENT, &failure))
        return loop_fail(&failure);
    return loop_run();
}

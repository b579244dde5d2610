/* sampan-launch: reads the plan from descriptor 3, runs it, stays as the monitor. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "exec.h"
#include "launch.h"
#include "loop.h"
#include "signals.h"
#include "slots.h"

#define CONTROL_FD 4
#define SLOTS_FD 5
#define NAME "sampan-launch"

enum { EXIT_REFUSED = 2 };

static void refuse(const struct plan_refusal *refusal)
{
    struct failure failure = {
        .step = refusal->step, .code = refusal->code, .stage = STAGE_REFUSED, .error = EINVAL};
    failure.text_length = (uint32_t)strlen(refusal->why);
    memcpy(failure.text, refusal->why, failure.text_length);
    loop_fail(&failure);
}

/* Descriptors 0 to 2 are the daemon's: nobody below may write there, nor get their numbers. */
static bool leave_stdio(void)
{
    int null = open("/dev/null", O_RDWR | O_NOCTTY);
    if (null < 0)
        return false;
    for (int i = 0; i < 3; i++)
        if (null != i)
            dup2(null, i);
    if (null > 2)
        close(null);
    return true;
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
    /* What the daemon ignores or blocks is no business of the container; an ignored SIGCHLD would hide its end. */
    signals_default();
    bool null = leave_stdio();
    if (is_control(CONTROL_FD)) {
        fcntl(CONTROL_FD, F_SETFD, FD_CLOEXEC);
        loop_adopt(CONTROL_FD);
    }
    if (!launch_read_plan(&refusal) || !null) {
        if (!null)
            refusal = (struct plan_refusal){.why = "/dev/null cannot be opened"};
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

#include "stdio_ends.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run.h"
#include "slots.h"

struct stdio_ends stdio_ends = {.uid = -1, .gid = -1, .in = -1, .out = {-1, -1}, .console = -1};

static int child_end[3] = {-1, -1, -1};

int run_MON_STDIO(const struct plan_step *step)
{
    stdio_ends.mode = (uint8_t)step->ints[0];
    stdio_ends.wants_in = step->ints[1];
    return 0;
}

int run_MON_STDIO_OWNER(const struct plan_step *step)
{
    stdio_ends.uid = step->ints[0];
    stdio_ends.gid = step->ints[1];
    return 0;
}

int run_MON_STDIN_ONCE(const struct plan_step *step)
{
    (void)step;
    stdio_ends.once = true;
    return 0;
}

int run_MON_CONSOLE_SOCKET(const struct plan_step *step)
{
    stdio_ends.console = slot_get(step->ints[0]);
    return stdio_ends.console < 0 ? -EBADF : 0;
}

static int close_one(int *fd)
{
    if (*fd > 2)
        close(*fd);
    return *fd = -1;
}

int stdio_open(void)
{
    static bool opened;
    if (stdio_ends.mode != STDIO_PIPES || opened)
        return 0;
    opened = true;
    for (int i = stdio_ends.wants_in ? 0 : 1; i < 3; i++) {
        int ends[2];
        if (pipe2(ends, O_CLOEXEC) < 0)
            return -errno;
        child_end[i] = ends[i ? 1 : 0];
        int own = ends[i ? 0 : 1];
        if (i)
            stdio_ends.out[i - 1] = own;
        else
            stdio_ends.in = own;
        if (fcntl(own, F_SETFL, O_NONBLOCK | (i ? O_RDONLY : O_WRONLY)) < 0 ||
            fchown(child_end[i], (uid_t)stdio_ends.uid, (gid_t)stdio_ends.gid) < 0)
            return -errno;
    }
    return 0;
}

void stdio_keep_own(void)
{
    for (int i = 0; i < 3; i++)
        close_one(&child_end[i]);
}

void stdio_forget(void)
{
    close_one(&stdio_ends.in);
    close_one(&stdio_ends.out[0]);
    close_one(&stdio_ends.out[1]);
}

int stdio_install(void)
{
    for (int i = 0; i < 3; i++) {
        int from = stdio_ends.mode == STDIO_INHERIT ? slot_get(i) : child_end[i];
        if (stdio_ends.mode == STDIO_INHERIT && from < 0) {
            close(i);
            continue;
        }
        if (from >= 0 && dup2(from, i) < 0)
            return -errno;
    }
    return 0;
}

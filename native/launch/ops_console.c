/* Op CONSOLE: the container's terminal, made inside the container's own devpts. */
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "channel.h"
#include "kernel.h"
#include "mounts.h"
#include "paths.h"
#include "progress.h"
#include "run.h"
#include "slots.h"
#include "stdio_ends.h"

static int done(int result)
{
    return result < 0 ? -errno : 0;
}

static int open_master(int root)
{
    int fd = k_openat2(root, "dev/pts/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC, 0,
                       K_RESOLVE_IN_ROOT | K_RESOLVE_NO_MAGICLINKS);
    int unlocked = 0;
    if (fd >= 0 && ioctl(fd, TIOCSPTLCK, &unlocked) < 0) {
        int error = errno;
        close(fd);
        return -error;
    }
    return fd < 0 ? -errno : fd;
}

static int set_up(int slave, const struct plan_step *step)
{
    struct winsize size = {.ws_row = (unsigned short)step->ints[1], .ws_col = (unsigned short)step->ints[2]};
    if ((size.ws_row || size.ws_col) && ioctl(slave, TIOCSWINSZ, &size) < 0)
        return -errno;
    if (fchown(slave, (uid_t)step->ints[3], (gid_t)step->ints[4]) < 0)
        return -errno;
    if (step->ints[5] & CONSOLE_NO_ONLCR) {
        struct termios modes;
        if (tcgetattr(slave, &modes) < 0)
            return -errno;
        modes.c_oflag &= ~(tcflag_t)ONLCR;
        if (tcsetattr(slave, TCSANOW, &modes) < 0)
            return -errno;
    }
    return 0;
}

static int bind_console(int root, int slave)
{
    int target = paths_ensure(root, "dev/console", 0600, false);
    if (target < 0)
        return target;
    int result = mounts_bind(slave, target, false);
    close(target);
    return result;
}

static int take_over(int slave)
{
    /* EPERM: the process leads a session already. */
    if (setsid() < 0 && errno != EPERM)
        return -errno;
    if (ioctl(slave, TIOCSCTTY, 0) < 0)
        return -errno;
    for (int i = 0; i < 3; i++)
        if (dup2(slave, i) < 0)
            return -errno;
    return 0;
}

static int hand_over(int master)
{
    if (stdio_ends.console >= 0)
        return channel_send(stdio_ends.console, "/dev/ptmx", 9, master);
    return link_send(LINK_CONSOLE, master);
}

int run_CONSOLE(const struct plan_step *step)
{
    int root = slot_get(step->ints[0]), slave = -1;
    int master = open_master(root);
    if (master < 0)
        return master;
    slave = ioctl(master, K_TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    int result = done(slave);
    if (result == 0)
        result = set_up(slave, step);
    if (result == 0 && step->ints[5] & CONSOLE_BIND)
        result = bind_console(root, slave);
    if (result == 0)
        result = take_over(slave);
    if (result == 0)
        result = hand_over(master);
    close(master);
    if (slave > 2)
        close(slave);
    return result;
}

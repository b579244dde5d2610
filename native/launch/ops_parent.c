/* Ops of the launcher while the child waits. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "clone.h"
#include "run.h"
#include "slots.h"
#include "text.h"

static int write_once(int dir, const char *path, const char *bytes, size_t size)
{
    int fd = openat(dir, path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    ssize_t n = write(fd, bytes, size);
    int result = n < 0 ? -errno : n == (ssize_t)size ? 0 : -EIO;
    close(fd);
    return result;
}

int run_WRITE_CHILD(const struct plan_step *step)
{
    char path[TEXT_NUMBER_MAX + 8 + PLAN_PATH_MAX];
    char *at = text_number(stpcpy(path, "/proc/"), clone_child());
    *at++ = '/';
    strcpy(at, step->strs[0].bytes);
    return write_once(AT_FDCWD, path, step->strs[1].bytes, step->strs[1].length);
}

int run_WRITE_PID(const struct plan_step *step)
{
    char pid[TEXT_NUMBER_MAX];
    size_t length = (size_t)(text_number(pid, clone_child()) - pid);
    return write_once(slot_get(step->ints[0]), step->strs[0].bytes, pid, length);
}

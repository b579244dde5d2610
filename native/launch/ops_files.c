/* Ops on files and directories. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel.h"
#include "paths.h"
#include "run.h"
#include "slots.h"

static int done(int result)
{
    return result < 0 ? -errno : 0;
}

int run_OPENAT2(const struct plan_step *step)
{
    int dir = slot_get(step->ints[1]);
    int fd = k_openat2(dir, step->strs[0].bytes, (uint64_t)step->ints[2] | O_CLOEXEC, (uint64_t)step->ints[3],
                       (uint64_t)step->ints[4]);
    if (fd < 0)
        return -errno;
    slot_set(step->ints[0], fd);
    return 0;
}

static int ensure(const struct plan_step *step, bool directory)
{
    int fd = paths_ensure(slot_get(step->ints[1]), step->strs[0].bytes, (mode_t)step->ints[2], directory);
    if (fd < 0)
        return fd;
    slot_set(step->ints[0], fd);
    return 0;
}

int run_ENSURE_DIR(const struct plan_step *step)
{
    return ensure(step, true);
}

int run_ENSURE_FILE(const struct plan_step *step)
{
    return ensure(step, false);
}

static int node(int dir, const char *name, const struct plan_step *step)
{
    mode_t mode = (mode_t)step->ints[1];
    dev_t device = (dev_t)step->ints[2];
    struct stat there;
    if (mknodat(dir, name, mode, device) < 0) {
        if (errno != EEXIST)
            return -errno;
        if (fstatat(dir, name, &there, AT_SYMLINK_NOFOLLOW) < 0)
            return -errno;
        if ((there.st_mode & S_IFMT) != (mode & S_IFMT) || there.st_rdev != device)
            return -EEXIST;
        if (fchmodat(dir, name, mode & 07777, 0) < 0)
            return -errno;
    }
    return done(fchownat(dir, name, (uid_t)step->ints[3], (gid_t)step->ints[4], AT_SYMLINK_NOFOLLOW));
}

int run_MKNOD(const struct plan_step *step)
{
    const char *name;
    int dir = paths_parent(slot_get(step->ints[0]), step->strs[0].bytes, &name);
    if (dir < 0)
        return dir;
    int result = node(dir, name, step);
    close(dir);
    return result;
}

int run_SYMLINK(const struct plan_step *step)
{
    const char *name;
    struct stat there;
    int dir = paths_parent(slot_get(step->ints[0]), step->strs[1].bytes, &name);
    if (dir < 0)
        return dir;
    int result = done(symlinkat(step->strs[0].bytes, dir, name));
    if (result == -EEXIST && fstatat(dir, name, &there, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(there.st_mode))
        result = 0;
    close(dir);
    return result;
}

int run_WRITE_FILE(const struct plan_step *step)
{
    int fd = openat(slot_get(step->ints[0]), step->strs[0].bytes, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return -errno;
    /* Under that name a container may have put files of its own, which lead elsewhere. */
    if (paths_names_proc(step->strs[0].bytes) && !paths_on_proc(fd)) {
        close(fd);
        return -EXDEV;
    }
    ssize_t n = write(fd, step->strs[1].bytes, step->strs[1].length);
    int result = n < 0 ? -errno : n == (ssize_t)step->strs[1].length ? 0 : -EIO;
    close(fd);
    return result;
}

int run_CHOWN(const struct plan_step *step)
{
    return done(fchownat(slot_get(step->ints[0]), "", (uid_t)step->ints[1], (gid_t)step->ints[2], AT_EMPTY_PATH));
}

int run_CHMOD(const struct plan_step *step)
{
    int fd = slot_get(step->ints[0]);
    if (fchmod(fd, (mode_t)step->ints[1]) == 0)
        return 0;
    if (errno != EBADF)
        return -errno;
    /* fchmod refuses O_PATH descriptors; the link of procfs reaches the file itself. */
    char path[PATHS_PROC_FD_SIZE];
    paths_proc_fd(path, fd);
    return done(chmod(path, (mode_t)step->ints[1]));
}

int run_CLOSE(const struct plan_step *step)
{
    slot_set(step->ints[0], -1);
    return 0;
}

int run_MKDIR(const struct plan_step *step)
{
    if (mkdirat(slot_get(step->ints[0]), step->strs[0].bytes, (mode_t)step->ints[1]) == 0)
        return 0;
    return errno == EEXIST ? 0 : -errno;
}

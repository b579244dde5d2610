/* Ops on mounts. Targets are descriptors, so that no path is resolved twice. */
#include "mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "kernel.h"
#include "paths.h"
#include "run.h"
#include "slots.h"

static int done(int result)
{
    return result < 0 ? -errno : 0;
}

static int fill(const struct plan_step *step, int fd)
{
    if (fd < 0)
        return -errno;
    slot_set(step->ints[0], fd);
    return 0;
}

int run_FSOPEN(const struct plan_step *step)
{
    return fill(step, (int)syscall(SYS_fsopen, step->strs[0].bytes, K_FSOPEN_CLOEXEC));
}

/* What the file system says of its refusal is worth more than the errno. */
static int refused(int fs)
{
    static char said[256];
    int error = errno;
    ssize_t n = read(fs, said, sizeof said);
    while (n > 0 && said[n - 1] == '\n')
        n--;
    run_detail(0, said, n > 0 ? (uint32_t)n : 0);
    return -error;
}

static int configure(const struct plan_step *step, unsigned command, const char *value, int aux)
{
    int fs = slot_get(step->ints[0]);
    return k_fsconfig(fs, command, step->strs[0].bytes, value, aux) < 0 ? refused(fs) : 0;
}

int run_FSCONFIG(const struct plan_step *step)
{
    return configure(step, K_FSCONFIG_SET_STRING, step->strs[1].bytes, 0);
}

int run_FSCONFIG_FLAG(const struct plan_step *step)
{
    return configure(step, K_FSCONFIG_SET_FLAG, NULL, 0);
}

int run_FSCONFIG_FD(const struct plan_step *step)
{
    return configure(step, K_FSCONFIG_SET_FD, NULL, slot_get(step->ints[1]));
}

int run_FSMOUNT(const struct plan_step *step)
{
    int fs = slot_get(step->ints[1]);
    if (k_fsconfig(fs, K_FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
        return refused(fs);
    int result = fill(step, (int)syscall(SYS_fsmount, fs, K_FSMOUNT_CLOEXEC, step->ints[2]));
    if (result == 0 && step->ints[0] != step->ints[1])
        slot_set(step->ints[1], -1);
    return result;
}

int run_OPEN_TREE(const struct plan_step *step)
{
    unsigned flags = (unsigned)step->ints[2] | (step->strs[0].length ? 0 : K_AT_EMPTY_PATH);
    return fill(step, k_open_tree(slot_get(step->ints[1]), step->strs[0].bytes, flags));
}

int run_MOVE_MOUNT(const struct plan_step *step)
{
    unsigned flags = (unsigned)step->ints[2] | (step->strs[0].length ? 0 : K_MOVE_MOUNT_T_EMPTY_PATH);
    return done(k_move_mount(slot_get(step->ints[0]), slot_get(step->ints[1]), step->strs[0].bytes, flags));
}

int run_MOUNT_SETATTR(const struct plan_step *step)
{
    struct k_mount_attr attr = {(uint64_t)step->ints[2], (uint64_t)step->ints[3], (uint64_t)step->ints[4], 0};
    if (step->ints[5] >= 0)
        attr.userns_fd = (uint64_t)slot_get(step->ints[5]);
    return done(k_mount_setattr(slot_get(step->ints[0]), (unsigned)step->ints[1], &attr));
}

static const char *or_null(struct plan_str s)
{
    return s.length ? s.bytes : NULL;
}

int run_MOUNT(const struct plan_step *step)
{
    char target[PATHS_PROC_FD_SIZE + PLAN_PATH_MAX + 1] = "";
    int dir = slot_get(step->ints[0]);
    if (dir == -1)
        return -EBADF;
    if (dir >= 0) {
        paths_proc_fd(target, dir);
        if (step->strs[1].length)
            strcat(target, "/");
    }
    strcat(target, step->strs[1].bytes);
    return done(mount(or_null(step->strs[0]), target, or_null(step->strs[2]), (unsigned long)step->ints[1],
                      or_null(step->strs[3])));
}

int run_PIVOT(const struct plan_step *step)
{
    int old = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC), result = 0;
    if (old < 0)
        return -errno;
    if (fchdir(slot_get(step->ints[0])) < 0 || syscall(SYS_pivot_root, ".", ".") < 0)
        result = -errno;
    /* The old root lies over the new one now. As a slave its unmounting does not spread to the host. */
    else if (fchdir(old) < 0 || mount(NULL, ".", NULL, MS_REC | MS_SLAVE, NULL) < 0 ||
             umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
        result = -errno;
    close(old);
    return result;
}

int run_MOVE_ROOT(const struct plan_step *step)
{
    if (fchdir(slot_get(step->ints[0])) < 0 || mount(".", "/", NULL, MS_MOVE, NULL) < 0)
        return -errno;
    return chroot(".") < 0 || chdir("/") < 0 ? -errno : 0;
}

int run_CHROOT(const struct plan_step *step)
{
    if (fchdir(slot_get(step->ints[0])) < 0)
        return -errno;
    return chroot(".") < 0 || chdir("/") < 0 ? -errno : 0;
}

int mounts_bind(int source, int target, bool recursive)
{
    int fd = k_open_tree(source, "", K_OPEN_TREE_CLONE | K_AT_EMPTY_PATH | (recursive ? K_AT_RECURSIVE : 0));
    if (fd < 0)
        return -errno;
    int result = done(k_move_mount(fd, target, "", K_MOVE_MOUNT_T_EMPTY_PATH));
    close(fd);
    return result;
}

static int readonly_by_remount(int mounted)
{
    char path[PATHS_PROC_FD_SIZE];
    struct statvfs there;
    if (fstatvfs(mounted, &there) < 0)
        return -errno;
    paths_proc_fd(path, mounted);
    unsigned long keep = there.f_flag & (MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME | MS_NODIRATIME | MS_RELATIME);
    return done(mount(NULL, path, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY | keep, NULL));
}

int run_READONLY(const struct plan_step *step)
{
    int target = paths_open(slot_get(step->ints[0]), step->strs[0].bytes, 0);
    if (target == -ENOENT || target == -ENOTDIR)
        return 0;
    if (target < 0)
        return target;
    int fd = k_open_tree(target, "", K_OPEN_TREE_CLONE | K_AT_EMPTY_PATH | K_AT_RECURSIVE);
    int result = done(fd);
    if (result == 0) {
        struct k_mount_attr attr = {.attr_set = K_MOUNT_ATTR_RDONLY};
        result = done(k_mount_setattr(fd, 0, &attr));
        /* mount_setattr came with 5.12; a mount must be attached before the old call takes it. */
        bool old = result == -ENOSYS;
        if (result == 0 || old)
            result = done(k_move_mount(fd, target, "", K_MOVE_MOUNT_T_EMPTY_PATH));
        if (result == 0 && old)
            result = readonly_by_remount(fd);
        close(fd);
    }
    close(target);
    return result;
}

/* The device 1:3 of the root or of the launcher's own file system, as a mount that can be cloned. */
static int null_device(int root)
{
    struct stat status;
    for (int try = 0; try < 2; try++) {
        int fd = try ? open("/dev/null", O_PATH | O_CLOEXEC) : paths_open(root, "dev/null", O_NOFOLLOW);
        if (fd < 0)
            continue;
        if (fstat(fd, &status) == 0 && S_ISCHR(status.st_mode) && status.st_rdev == 0x103)
            return fd;
        close(fd);
    }
    return -ENODEV;
}

static int cover_file(int root, int target)
{
    int source = null_device(root);
    if (source < 0)
        return source;
    int result = mounts_bind(source, target, false);
    close(source);
    return result;
}

static int empty_mount(void)
{
    int fs = (int)syscall(SYS_fsopen, "tmpfs", K_FSOPEN_CLOEXEC), fd = -1;
    if (fs < 0)
        return -errno;
    if (k_fsconfig(fs, K_FSCONFIG_SET_STRING, "nr_blocks", "1", 0) == 0 &&
        k_fsconfig(fs, K_FSCONFIG_SET_STRING, "nr_inodes", "1", 0) == 0 &&
        k_fsconfig(fs, K_FSCONFIG_SET_STRING, "mode", "0755", 0) == 0 &&
        k_fsconfig(fs, K_FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
        fd = (int)syscall(SYS_fsmount, fs, K_FSMOUNT_CLOEXEC,
                          K_MOUNT_ATTR_RDONLY | K_MOUNT_ATTR_NOSUID | K_MOUNT_ATTR_NODEV | K_MOUNT_ATTR_NOEXEC);
    int result = fd < 0 ? -errno : fd;
    close(fs);
    return result;
}

static int cover_directory(int target)
{
    /* All masked directories share one empty file system: the first mount of it is cloned. */
    static int shared = -1;
    if (shared >= 0 && mounts_bind(shared, target, false) == 0)
        return 0;
    int fd = empty_mount();
    if (fd < 0)
        return fd;
    int result = done(k_move_mount(fd, target, "", K_MOVE_MOUNT_T_EMPTY_PATH));
    if (result == 0 && shared < 0)
        shared = fd;
    else
        close(fd);
    return result;
}

int run_MASK(const struct plan_step *step)
{
    int root = slot_get(step->ints[0]);
    struct stat status;
    int target = paths_open(root, step->strs[0].bytes, 0);
    if (target == -ENOENT || target == -ENOTDIR)
        return 0;
    if (target < 0)
        return target;
    int result = done(fstat(target, &status));
    if (result == 0)
        result = S_ISDIR(status.st_mode) ? cover_directory(target) : cover_file(root, target);
    close(target);
    return result;
}

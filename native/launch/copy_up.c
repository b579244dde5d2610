/* Op COPY_UP: copies a tree into a fresh mount, links never followed. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "kernel.h"
#include "paths.h"
#include "run.h"
#include "slots.h"

#define DEPTH_MAX 128
#define XATTR_LIST_MAX 65536
#define XATTR_VALUE_MAX 65536
#define ENTRIES_SIZE 4096

struct entry {
    uint64_t inode;
    int64_t next;
    unsigned short size;
    unsigned char type;
    char name[];
};

static struct scratch {
    char list[XATTR_LIST_MAX], value[XATTR_VALUE_MAX];
} *scratch;

static int copy_tree(int from, int to, int depth);

static int done(long result)
{
    return result < 0 ? -errno : 0;
}

/* By the links of procfs, which reach special files and O_PATH descriptors too. */
static int copy_xattrs(int from, int to)
{
    char source[PATHS_PROC_FD_SIZE], target[PATHS_PROC_FD_SIZE];
    paths_proc_fd(source, from);
    paths_proc_fd(target, to);
    ssize_t size = listxattr(source, scratch->list, sizeof scratch->list);
    if (size < 0)
        return errno == EOPNOTSUPP ? 0 : -errno;
    for (char *name = scratch->list; name < scratch->list + size; name += strlen(name) + 1) {
        ssize_t n = getxattr(source, name, scratch->value, sizeof scratch->value);
        if (n < 0)
            return -errno;
        /* What the target's file system has no place for is not copied, as by cp -a. */
        if (setxattr(target, name, scratch->value, (size_t)n, 0) < 0 && errno != EOPNOTSUPP && errno != EPERM)
            return -errno;
    }
    return 0;
}

static int copy_meta(int from, int to, const struct stat *status)
{
    struct timespec times[2] = {status->st_atim, status->st_mtim};
    char path[PATHS_PROC_FD_SIZE];
    paths_proc_fd(path, to);
    if (fchownat(to, "", status->st_uid, status->st_gid, AT_EMPTY_PATH) < 0 || chmod(path, status->st_mode & 07777) < 0)
        return -errno;
    int result = copy_xattrs(from, to);
    return result < 0 ? result : done(utimensat(AT_FDCWD, path, times, 0));
}

static int copy_bytes(int from, int to)
{
    for (;;) {
        ssize_t n = sendfile(to, from, NULL, 1 << 20);
        if (n < 0 && errno != EINTR)
            return -errno;
        if (n == 0)
            return 0;
    }
}

static int copy_link(int dir, const char *name, int to_dir, const struct stat *status)
{
    char text[PLAN_PATH_MAX];
    struct timespec times[2] = {status->st_atim, status->st_mtim};
    ssize_t n = readlinkat(dir, name, text, sizeof text - 1);
    if (n < 0)
        return -errno;
    text[n] = 0;
    if (symlinkat(text, to_dir, name) < 0 ||
        fchownat(to_dir, name, status->st_uid, status->st_gid, AT_SYMLINK_NOFOLLOW) < 0)
        return -errno;
    return done(utimensat(to_dir, name, times, AT_SYMLINK_NOFOLLOW));
}

static int make(int to_dir, const char *name, const struct stat *status)
{
    mode_t type = status->st_mode & S_IFMT;
    if (type == S_IFDIR)
        return mkdirat(to_dir, name, 0700) < 0 && errno != EEXIST ? -errno : 0;
    return done(mknodat(to_dir, name, type | 0600, type == S_IFCHR || type == S_IFBLK ? status->st_rdev : 0));
}

static int copy_content(int from, int to_dir, const char *name, const struct stat *status, int depth)
{
    int flags = S_ISDIR(status->st_mode) ? O_RDONLY | O_DIRECTORY : S_ISREG(status->st_mode) ? O_WRONLY : O_PATH;
    int to = openat(to_dir, name, flags | O_NOFOLLOW | O_CLOEXEC);
    if (to < 0)
        return -errno;
    int result = 0;
    if (S_ISDIR(status->st_mode))
        result = copy_tree(from, to, depth + 1);
    else if (S_ISREG(status->st_mode))
        result = copy_bytes(from, to);
    if (result == 0)
        result = copy_meta(from, to, status);
    close(to);
    return result;
}

static int copy_entry(int dir, const char *name, int to_dir, int depth)
{
    struct stat status;
    if (fstatat(dir, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
        return -errno;
    if (S_ISLNK(status.st_mode))
        return copy_link(dir, name, to_dir, &status);
    bool reads = S_ISDIR(status.st_mode) || S_ISREG(status.st_mode);
    int from = openat(dir, name, (reads ? O_RDONLY : O_PATH) | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (from < 0)
        return -errno;
    int result = fstat(from, &status) < 0 ? -errno : make(to_dir, name, &status);
    if (result == 0)
        result = copy_content(from, to_dir, name, &status, depth);
    close(from);
    return result;
}

static bool is_dot(const char *name)
{
    return name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2]));
}

static int copy_tree(int from, int to, int depth)
{
    _Alignas(struct entry) char entries[ENTRIES_SIZE];
    if (depth > DEPTH_MAX)
        return -ELOOP;
    for (;;) {
        long n = syscall(SYS_getdents64, from, entries, sizeof entries);
        if (n <= 0)
            return done(n);
        for (long at = 0; at < n;) {
            const struct entry *e = (const void *)(entries + at);
            int result = is_dot(e->name) ? 0 : copy_entry(from, e->name, to, depth);
            if (result < 0)
                return result;
            at += e->size;
        }
    }
}

int run_COPY_UP(const struct plan_step *step)
{
    struct stat status;
    /* Slots may be O_PATH; and a directory must be read from its beginning. */
    int from = openat(slot_get(step->ints[0]), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int to = openat(slot_get(step->ints[1]), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    void *p = mmap(NULL, sizeof *scratch, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int result = from < 0 || to < 0 || p == MAP_FAILED || fstat(from, &status) < 0 ? -errno : 0;
    if (result == 0) {
        scratch = p;
        result = copy_tree(from, to, 0);
    }
    if (result == 0)
        result = copy_meta(from, to, &status);
    if (p != MAP_FAILED)
        munmap(p, sizeof *scratch);
    if (from >= 0)
        close(from);
    if (to >= 0)
        close(to);
    return result;
}

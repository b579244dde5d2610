/*
 * faultfs SOURCE MOUNTPOINT CONTROL: shows the directory SOURCE at MOUNTPOINT, and lets changes fail when told to.
 *
 * CONTROL is a file of four 64-bit words in the machine's order, mapped by both sides:
 *   0  mode: 0 nothing fails, 1 one change fails, 2 all fail from one on
 *   1  the error number
 *   2  changes that succeed still before that
 *   3  changes so far
 * It stays in the foreground until it is unmounted.
 */
#define FUSE_USE_VERSION 31
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fuse.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { OFF, ONCE, FROM };

struct control {
    _Atomic int64_t mode, error, left, changes;
};

static struct control *control;
static const char *source;

/* A change that needs room may fail for want of it; any may fail for a broken disk. */
static int fault(int room) {
    atomic_fetch_add(&control->changes, 1);
    int mode = (int)control->mode, error = (int)control->error;
    if (mode == OFF || (error == ENOSPC && !room))
        return 0;
    int64_t left = atomic_fetch_sub(&control->left, 1);
    return (mode == ONCE && left == 0) || (mode == FROM && left <= 0) ? -error : 0;
}

#define CHANGE(room)             \
    do {                         \
        int fails = fault(room); \
        if (fails)               \
            return fails;        \
    } while (0)

#define AT(path)                                                            \
    char at[PATH_MAX];                                                      \
    if (snprintf(at, sizeof at, "%s%s", source, path) >= (int)sizeof at)    \
        return -ENAMETOOLONG

static int done(long result) { return result < 0 ? -errno : 0; }

static void *start(struct fuse_conn_info *connection, struct fuse_config *config) {
    (void)connection;
    config->use_ino = 1;
    config->hard_remove = 1;
    config->nullpath_ok = 1;
    config->entry_timeout = config->attr_timeout = config->negative_timeout = 0;
    return NULL;
}

static int attributes(const char *path, struct stat *st, struct fuse_file_info *file) {
    if (file)
        return done(fstat((int)file->fh, st));
    AT(path);
    return done(lstat(at, st));
}

static int target(const char *path, char *buffer, size_t size) {
    AT(path);
    ssize_t length = readlink(at, buffer, size - 1);
    if (length < 0)
        return -errno;
    buffer[length] = 0;
    return 0;
}

static int make_node(const char *path, mode_t mode, dev_t device) {
    CHANGE(1);
    AT(path);
    return done(mknod(at, mode, device));
}

static int make_directory(const char *path, mode_t mode) {
    CHANGE(1);
    AT(path);
    return done(mkdir(at, mode));
}

static int remove_file(const char *path) {
    CHANGE(0);
    AT(path);
    return done(unlink(at));
}

static int remove_directory(const char *path) {
    CHANGE(0);
    AT(path);
    return done(rmdir(at));
}

static int make_symlink(const char *to, const char *path) {
    CHANGE(1);
    AT(path);
    return done(symlink(to, at));
}

static int move(const char *from, const char *to, unsigned flags) {
    CHANGE(1);
    char old[PATH_MAX];
    if (snprintf(old, sizeof old, "%s%s", source, from) >= (int)sizeof old)
        return -ENAMETOOLONG;
    AT(to);
    return done(renameat2(AT_FDCWD, old, AT_FDCWD, at, flags));
}

static int make_link(const char *from, const char *to) {
    CHANGE(1);
    char old[PATH_MAX];
    if (snprintf(old, sizeof old, "%s%s", source, from) >= (int)sizeof old)
        return -ENAMETOOLONG;
    AT(to);
    return done(link(old, at));
}

static int set_mode(const char *path, mode_t mode, struct fuse_file_info *file) {
    CHANGE(0);
    if (file)
        return done(fchmod((int)file->fh, mode));
    AT(path);
    return done(chmod(at, mode));
}

static int set_owner(const char *path, uid_t uid, gid_t gid, struct fuse_file_info *file) {
    CHANGE(0);
    if (file)
        return done(fchown((int)file->fh, uid, gid));
    AT(path);
    return done(lchown(at, uid, gid));
}

static int set_size(const char *path, off_t size, struct fuse_file_info *file) {
    CHANGE(0);
    if (file)
        return done(ftruncate((int)file->fh, size));
    AT(path);
    return done(truncate(at, size));
}

static int set_times(const char *path, const struct timespec times[2], struct fuse_file_info *file) {
    CHANGE(0);
    if (file)
        return done(futimens((int)file->fh, times));
    AT(path);
    return done(utimensat(AT_FDCWD, at, times, AT_SYMLINK_NOFOLLOW));
}

static int opened(const char *path, int flags, mode_t mode, struct fuse_file_info *file) {
    AT(path);
    int fd = open(at, (flags & ~O_APPEND) | O_CLOEXEC, mode);
    if (fd < 0)
        return -errno;
    file->fh = (uint64_t)fd;
    return 0;
}

static int open_file(const char *path, struct fuse_file_info *file) { return opened(path, file->flags, 0, file); }

static int create_file(const char *path, mode_t mode, struct fuse_file_info *file) {
    CHANGE(1);
    return opened(path, file->flags, mode, file);
}

static int read_file(const char *path, char *buffer, size_t size, off_t at, struct fuse_file_info *file) {
    (void)path;
    ssize_t got = pread((int)file->fh, buffer, size, at);
    return got < 0 ? -errno : (int)got;
}

static int write_file(const char *path, const char *buffer, size_t size, off_t at, struct fuse_file_info *file) {
    (void)path;
    CHANGE(1);
    ssize_t got = pwrite((int)file->fh, buffer, size, at);
    return got < 0 ? -errno : (int)got;
}

static int sync_file(const char *path, int data, struct fuse_file_info *file) {
    (void)path;
    CHANGE(1);
    return done(data ? fdatasync((int)file->fh) : fsync((int)file->fh));
}

static int close_file(const char *path, struct fuse_file_info *file) {
    (void)path;
    return done(close((int)file->fh));
}

static int room(const char *path, struct statvfs *st) {
    AT(path);
    return done(statvfs(at, st));
}

static int open_directory(const char *path, struct fuse_file_info *file) {
    AT(path);
    DIR *directory = opendir(at);
    file->fh = (uint64_t)(uintptr_t)directory;
    return directory ? 0 : -errno;
}

static DIR *directory_of(struct fuse_file_info *file) { return (DIR *)(uintptr_t)file->fh; }

/* The path is not told of what is open. */
static int list(const char *path, void *buffer, fuse_fill_dir_t fill, off_t offset, struct fuse_file_info *file,
                enum fuse_readdir_flags flags) {
    (void)path, (void)offset, (void)flags;
    DIR *directory = directory_of(file);
    rewinddir(directory);
    for (struct dirent *entry = readdir(directory); entry; entry = readdir(directory)) {
        struct stat st = {.st_ino = entry->d_ino, .st_mode = (mode_t)entry->d_type << 12};
        if (fill(buffer, entry->d_name, &st, 0, 0))
            break;
    }
    return 0;
}

static int close_directory(const char *path, struct fuse_file_info *file) {
    (void)path;
    return done(closedir(directory_of(file)));
}

static int set_attribute(const char *path, const char *name, const char *value, size_t size, int flags) {
    CHANGE(1);
    AT(path);
    return done(lsetxattr(at, name, value, size, flags));
}

static int get_attribute(const char *path, const char *name, char *value, size_t size) {
    AT(path);
    ssize_t got = lgetxattr(at, name, value, size);
    return got < 0 ? -errno : (int)got;
}

static int list_attributes(const char *path, char *names, size_t size) {
    AT(path);
    ssize_t got = llistxattr(at, names, size);
    return got < 0 ? -errno : (int)got;
}

static int remove_attribute(const char *path, const char *name) {
    CHANGE(0);
    AT(path);
    return done(lremovexattr(at, name));
}

static const struct fuse_operations operations = {
    .init = start,
    .getattr = attributes,
    .readlink = target,
    .mknod = make_node,
    .mkdir = make_directory,
    .unlink = remove_file,
    .rmdir = remove_directory,
    .symlink = make_symlink,
    .rename = move,
    .link = make_link,
    .chmod = set_mode,
    .chown = set_owner,
    .truncate = set_size,
    .utimens = set_times,
    .open = open_file,
    .create = create_file,
    .read = read_file,
    .write = write_file,
    .fsync = sync_file,
    .release = close_file,
    .statfs = room,
    .opendir = open_directory,
    .readdir = list,
    .releasedir = close_directory,
    .setxattr = set_attribute,
    .getxattr = get_attribute,
    .listxattr = list_attributes,
    .removexattr = remove_attribute,
};

int main(int argc, char **argv) {
    if (argc != 4) {
        fprintf(stderr, "usage: faultfs SOURCE MOUNTPOINT CONTROL\n");
        return 2;
    }
    source = argv[1];
    int fd = open(argv[3], O_RDWR | O_CLOEXEC);
    void *words = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (words == MAP_FAILED) {
        perror(argv[3]);
        return 1;
    }
    control = words;
    umask(0);
    char *options[] = {argv[0], "-f", "-o", "allow_other,default_permissions,dev,suid", argv[2], NULL};
    return fuse_main(5, options, &operations, NULL);
}

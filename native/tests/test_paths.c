#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

#include "../launch/paths.h"
#include "check.h"

static int root;

static int same(int fd, const char *path)
{
    struct stat a, b;
    return fd >= 0 && fstat(fd, &a) == 0 && stat(path, &b) == 0 && a.st_ino == b.st_ino && a.st_dev == b.st_dev;
}

static void ensures(const char *path, int directory, const char *where)
{
    int fd = paths_ensure(root, path, 0711, directory);
    struct stat status;
    if (fd < 0 || !same(fd, where)) {
        fprintf(stderr, "ensure %s: %s\n", path, fd < 0 ? strerror(-fd) : "wrong place");
        check_failures++;
    }
    CHECK(fd < 0 || fstat(fd, &status) < 0 || (directory ? S_ISDIR(status.st_mode) : S_ISREG(status.st_mode)));
    if (fd >= 0)
        close(fd);
}

static void refuses(const char *path, int directory, int error)
{
    int fd = paths_ensure(root, path, 0755, directory);
    CHECK(fd == -error);
    if (fd >= 0)
        close(fd);
}

static void stays_inside(void)
{
    ensures("a/b/c", 1, "root/a/b/c");
    /* A root like a container's: procfs is reached by its own name only, not through links. */
    int whole = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    char link[PATH_MAX];
    CHECK(symlink("/proc/self", "to-proc") == 0 && getcwd(link, sizeof link - 16));
    strcat(link, "/to-proc");
    CHECK(paths_ensure(whole, link, 0755, true) == -EPERM);
    strcat(link, "/attr/x");
    CHECK(paths_ensure(whole, link, 0755, true) < 0);
    int named = paths_ensure(whole, "/proc/self/fd", 0755, true);
    CHECK(named >= 0 && paths_on_proc(named) && !paths_on_proc(whole));
    close(named);
    close(whole);
    CHECK(paths_names_proc("/proc") && paths_names_proc("proc/x") && !paths_names_proc("/process"));
    ensures("/a/b/c", 1, "root/a/b/c");
    ensures("../../x/../y", 1, "root/y");
    ensures("a/b/../file", 0, "root/a/file");
    CHECK(symlink("/", "root/up") == 0 && symlink("../../../..", "root/dots") == 0);
    ensures("up/etc/deep", 1, "root/etc/deep");
    ensures("dots/tmp/deep", 1, "root/tmp/deep");
    CHECK(symlink("/far/away", "root/dangling") == 0);
    ensures("dangling", 1, "root/far/away");
    ensures("dangling/more", 0, "root/far/away/more");
    CHECK(symlink("../file-target", "root/a/link") == 0);
    ensures("a/link", 0, "root/file-target");
    ensures("run//lock/./x", 1, "root/run/lock/x");
    CHECK(access("x", F_OK) && access("y", F_OK) && access("far", F_OK) && access("tmp", F_OK));
}

static void modes(void)
{
    struct stat status;
    int fd = paths_ensure(root, "m/n", 0700, true);
    close(fd);
    CHECK(stat("root/m", &status) == 0 && (status.st_mode & 07777) == 0755);
    CHECK(stat("root/m/n", &status) == 0 && (status.st_mode & 07777) == 0700);
}

static void says_no(void)
{
    char deep[8192];
    CHECK(symlink("loop", "root/loop") == 0);
    refuses("loop", 1, ELOOP);
    refuses("loop/x", 1, ELOOP);
    refuses("a/file", 1, ENOTDIR);
    refuses("a/file/x", 1, ENOTDIR);
    memset(deep, 'n', 300);
    deep[300] = 0;
    refuses(deep, 1, ENAMETOOLONG);
    memset(deep, '/', sizeof deep - 1);
    deep[sizeof deep - 2] = 'e';
    deep[sizeof deep - 1] = 0;
    refuses(deep, 1, ENAMETOOLONG);
    CHECK(paths_open(root, "absent", 0) == -ENOENT);
    /* Magic links of procfs would lead out. */
    CHECK(mkdir("root/proc", 0755) == 0);
}

static void parents(void)
{
    const char *name;
    int fd = paths_parent(root, "new/parent/leaf", &name);
    CHECK(same(fd, "root/new/parent"));
    CHECK_TEXT(name, "leaf");
    close(fd);
    fd = paths_parent(root, "/leaf", &name);
    CHECK(same(fd, "root"));
    close(fd);
    fd = paths_parent(root, "leaf", &name);
    CHECK(same(fd, "root"));
    close(fd);
    fd = paths_parent(root, "up/leaf", &name);
    CHECK(same(fd, "root"));
    close(fd);
    CHECK(paths_parent(root, "a/..", &name) == -EINVAL);
    CHECK(paths_parent(root, "a/", &name) == -EINVAL);
    CHECK(paths_parent(root, ".", &name) == -EINVAL);
}

static void no_magic_links(void)
{
    int proc = open("/proc/self", O_PATH | O_DIRECTORY);
    CHECK(paths_open(proc, "cwd", 0) == -ELOOP);
    CHECK(paths_open(proc, "fd/0", 0) == -ELOOP);
    close(proc);
    char text[PATHS_PROC_FD_SIZE];
    paths_proc_fd(text, 17);
    CHECK_TEXT(text, "/proc/self/fd/17");
}

int main(void)
{
    umask(0);
    enter_fresh_directory();
    CHECK(mkdir("root", 0755) == 0);
    root = open("root", O_PATH | O_DIRECTORY);
    stays_inside();
    modes();
    says_no();
    parents();
    no_magic_links();
    close(root);
    leave_fresh_directory();
    return check_result();
}

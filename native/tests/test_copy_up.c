#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include "../launch/run.h"
#include "../launch/slots.h"
#include "check.h"

static int copy(const char *from, const char *to)
{
    struct plan_step step = {.code = OP_COPY_UP, .ints = {0, 1}};
    slot_set(0, open(from, O_PATH | O_DIRECTORY));
    slot_set(1, open(to, O_PATH | O_DIRECTORY));
    int result = run_COPY_UP(&step);
    slots_close();
    return result;
}

static struct stat of(const char *path)
{
    struct stat status = {0};
    CHECK(lstat(path, &status) == 0);
    return status;
}

static void same(const char *name)
{
    char from[256], to[256];
    snprintf(from, sizeof from, "from/%s", name);
    snprintf(to, sizeof to, "to/%s", name);
    struct stat a = of(from), b = of(to);
    if (a.st_mode != b.st_mode || a.st_uid != b.st_uid || a.st_gid != b.st_gid || a.st_rdev != b.st_rdev ||
        a.st_mtim.tv_sec != b.st_mtim.tv_sec || a.st_mtim.tv_nsec != b.st_mtim.tv_nsec) {
        fprintf(stderr, "%s differs: mode %o %o\n", name, a.st_mode, b.st_mode);
        check_failures++;
    }
}

static void tree(void)
{
    struct timespec times[2] = {{1000, 1}, {2000, 2}};
    CHECK(mkdir("from", 0700) == 0 && mkdir("to", 0755) == 0);
    CHECK(mkdir("from/dir", 02750) == 0 && chmod("from/dir", 02750) == 0 && chown("from/dir", 7, 8) == 0);
    CHECK(chmod("from/dir", 02750) == 0);
    int fd = open("from/dir/file", O_CREAT | O_WRONLY, 0600);
    for (int i = 0; i < 3000; i++)
        CHECK(write(fd, "0123456789abcdef", 16) == 16);
    CHECK(fchown(fd, 3, 4) == 0 && fchmod(fd, 04711) == 0);
    CHECK(fsetxattr(fd, "trusted.sampan", "value", 5, 0) == 0);
    close(fd);
    CHECK(symlink("/etc/passwd", "from/link") == 0 && lchown("from/link", 5, 6) == 0);
    CHECK(mkfifo("from/fifo", 0640) == 0);
    CHECK(mknod("from/device", S_IFCHR | 0666, makedev(1, 3)) == 0 && chmod("from/device", 0666) == 0);
    for (int i = 0; i < 300; i++) {
        char name[80];
        snprintf(name, sizeof name, "from/dir/a-name-that-fills-the-buffer-of-the-listing-%d", i);
        close(open(name, O_CREAT | O_WRONLY, 0644));
    }
    CHECK(utimensat(AT_FDCWD, "from/dir/file", times, 0) == 0);
    CHECK(utimensat(AT_FDCWD, "from/dir", times, 0) == 0);
    CHECK(utimensat(AT_FDCWD, "from", times, 0) == 0);
}

static void copies(void)
{
    char value[8];
    tree();
    CHECK(copy("from", "to") == 0);
    static const char *const names[] = {".", "dir", "dir/file", "link", "fifo", "device"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        same(names[i]);
    char *a = read_file("from/dir/file"), *b = read_file("to/dir/file");
    CHECK(!strcmp(a, b) && strlen(a) == 48000);
    free(a);
    free(b);
    CHECK(getxattr("to/dir/file", "trusted.sampan", value, sizeof value) == 5);
    CHECK(access("to/dir/a-name-that-fills-the-buffer-of-the-listing-299", F_OK) == 0);
    char text[64] = "";
    CHECK(readlink("to/link", text, sizeof text) == 11 && !strcmp(text, "/etc/passwd"));
}

static void has_a_depth(void)
{
    CHECK(mkdir("deep", 0755) == 0 && mkdir("into", 0755) == 0);
    int at = open("deep", O_PATH);
    for (int i = 0; i < 200; i++) {
        CHECK(mkdirat(at, "d", 0755) == 0);
        int next = openat(at, "d", O_PATH);
        close(at);
        at = next;
    }
    close(at);
    CHECK(copy("deep", "into") == -ELOOP);
}

int main(void)
{
    umask(0);
    enter_fresh_directory();
    copies();
    has_a_depth();
    leave_fresh_directory();
    return check_result();
}

#include "paths.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "kernel.h"
#include "plan_read.h"
#include "text.h"

#define DIRECTORY_MODE 0755

int paths_open(int root, const char *path, int flags)
{
    int fd;
    /* EAGAIN tells of a rename that raced with the walk. */
    for (int tries = 0; tries < 16; tries++) {
        fd = k_openat2(root, path, (uint64_t)(O_PATH | O_CLOEXEC | flags), 0,
                       K_RESOLVE_IN_ROOT | K_RESOLVE_NO_MAGICLINKS);
        if (fd >= 0 || errno != EAGAIN)
            break;
    }
    return fd < 0 ? -errno : fd;
}

/* A walk that makes what is missing: where it stands, as a path from the root, and what remains. */
struct walk {
    int root, at, links;
    char done[PLAN_PATH_MAX];
    char rest[2 * PLAN_PATH_MAX];
};

static int walk_to_done(struct walk *w)
{
    int fd = paths_open(w->root, w->done[0] ? w->done : ".", O_DIRECTORY);
    if (fd < 0)
        return fd;
    close(w->at);
    w->at = fd;
    return 0;
}

static int walk_up(struct walk *w)
{
    char *slash = strrchr(w->done, '/');
    *(slash ? slash : w->done) = 0;
    return walk_to_done(w);
}

static int walk_down(struct walk *w, const char *name, int fd)
{
    size_t length = strlen(w->done);
    if (length + strlen(name) + 2 > sizeof w->done)
        return -ENAMETOOLONG;
    if (length)
        w->done[length++] = '/';
    strcpy(w->done + length, name);
    close(w->at);
    w->at = fd;
    return 0;
}

/* Puts a link's text in front of what remains. */
static int walk_link(struct walk *w, int fd)
{
    char text[PLAN_PATH_MAX];
    ssize_t n = readlinkat(fd, "", text, sizeof text);
    size_t rest = strlen(w->rest);
    if (n < 0)
        return -errno;
    if (++w->links > PATHS_LINKS_MAX)
        return -ELOOP;
    if ((size_t)n + 1 + rest + 1 > sizeof w->rest)
        return -ENAMETOOLONG;
    memmove(w->rest + n + 1, w->rest, rest + 1);
    memcpy(w->rest, text, (size_t)n);
    w->rest[n] = '/';
    if (text[0] != '/')
        return 0;
    w->done[0] = 0;
    return walk_to_done(w);
}

/* Cuts the first part off what remains; false at the end. */
static bool walk_part(struct walk *w, char *name)
{
    char *from = w->rest + strspn(w->rest, "/");
    size_t length = strcspn(from, "/");
    if (!length || length > NAME_MAX)
        return false;
    memcpy(name, from, length);
    name[length] = 0;
    from += length;
    memmove(w->rest, from, strlen(from) + 1);
    return true;
}

static bool is_last(const struct walk *w)
{
    return !w->rest[strspn(w->rest, "/")];
}

static int make(int at, const char *name, mode_t mode, bool directory)
{
    if (directory)
        return mkdirat(at, name, mode) < 0 && errno != EEXIST ? -errno : 0;
    int fd = openat(at, name, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, mode);
    if (fd < 0)
        return errno == EEXIST ? 0 : -errno;
    close(fd);
    return 0;
}

static int walk_step(struct walk *w, const char *name, mode_t mode, bool directory)
{
    struct stat status;
    if (!strcmp(name, "."))
        return 0;
    if (!strcmp(name, ".."))
        return walk_up(w);
    int fd = openat(w->at, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT) {
        bool last = is_last(w);
        int result = make(w->at, name, last ? mode : DIRECTORY_MODE, directory || !last);
        if (result < 0)
            return result;
        fd = openat(w->at, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    }
    if (fd < 0)
        return -errno;
    if (fstat(fd, &status) < 0) {
        close(fd);
        return -EIO;
    }
    int result = S_ISLNK(status.st_mode) ? walk_link(w, fd) : walk_down(w, name, fd);
    if (S_ISLNK(status.st_mode) || result < 0)
        close(fd);
    return result;
}

static int ensure(int root, const char *path, mode_t mode, bool directory)
{
    int flags = directory ? O_DIRECTORY : 0;
    int fd = paths_open(root, path, flags);
    if (fd != -ENOENT)
        return fd;
    struct walk w = {.root = root, .at = paths_open(root, ".", O_DIRECTORY)};
    char name[NAME_MAX + 1];
    if (w.at < 0)
        return w.at;
    if (strlen(path) >= PLAN_PATH_MAX) {
        close(w.at);
        return -ENAMETOOLONG;
    }
    strcpy(w.rest, path);
    while (walk_part(&w, name)) {
        int result = walk_step(&w, name, mode, directory);
        if (result < 0) {
            close(w.at);
            return result;
        }
    }
    if (w.rest[strspn(w.rest, "/")]) {
        close(w.at);
        return -ENAMETOOLONG;
    }
    return w.at;
}

bool paths_names_proc(const char *path)
{
    path += strspn(path, "/");
    return !strncmp(path, "proc", 4) && (!path[4] || path[4] == '/');
}

bool paths_on_proc(int fd)
{
    struct statfs status;
    return fstatfs(fd, &status) == 0 && status.f_type == K_PROC_SUPER_MAGIC;
}

int paths_ensure(int root, const char *path, mode_t mode, bool directory)
{
    int fd = ensure(root, path, mode, directory);
    if (fd >= 0 && !paths_names_proc(path) && paths_on_proc(fd)) {
        close(fd);
        return -EPERM;
    }
    return fd;
}

int paths_parent(int root, const char *path, const char **name)
{
    char parent[PLAN_PATH_MAX];
    const char *slash = strrchr(path, '/');
    *name = slash ? slash + 1 : path;
    if (!**name || !strcmp(*name, ".") || !strcmp(*name, ".."))
        return -EINVAL;
    size_t length = slash ? (size_t)(slash - path) : 0;
    if (!length)
        return paths_open(root, ".", O_DIRECTORY);
    if (length >= sizeof parent)
        return -ENAMETOOLONG;
    memcpy(parent, path, length);
    parent[length] = 0;
    return paths_ensure(root, parent, DIRECTORY_MODE, true);
}

void paths_proc_fd(char *text, int fd)
{
    text = stpcpy(text, "/proc/self/fd/");
    text_number(text, fd);
}

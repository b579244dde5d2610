/*
 * Paths below a root that may hold hostile symbolic links: nothing here leaves the root, whatever
 * its links and ".." say, and no magic link of procfs is followed.
 */
#ifndef SAMPAN_PATHS_H
#define SAMPAN_PATHS_H
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define PATHS_LINKS_MAX 40

/* An O_PATH descriptor of an existing file (extra flags such as O_DIRECTORY), or a negative errno. */
int paths_open(int root, const char *path, int flags);

/*
 * The same, but what is missing is made: directories with mode 0755, and the last part with the
 * given mode, a directory or an empty regular file. A dangling link's target is made in the root.
 * -EPERM where links lead to procfs from a path that does not name it: a mount there would let a
 * container answer for the kernel.
 */
int paths_ensure(int root, const char *path, mode_t mode, bool directory);

/* Whether the path says that it is below /proc. */
bool paths_names_proc(const char *path);

/* Whether an open file is on procfs. */
bool paths_on_proc(int fd);

/*
 * Makes sure that the directory of path exists and returns it; name becomes the last part, which is
 * not resolved. -EINVAL where there is none ("/", "a/..").
 */
int paths_parent(int root, const char *path, const char **name);

#define PATHS_PROC_FD_SIZE 32

/* "/proc/self/fd/N" */
void paths_proc_fd(char *text, int fd);

#endif

/* The end of the child's plan: what stays open, then the container's program. */
#ifndef SAMPAN_EXEC_H
#define SAMPAN_EXEC_H
#include "plan_read.h"

#define EXEC_PASS_MAX 256

/* Exit status of a process whose program is there and executable, but none that the kernel runs. */
#define EXEC_NO_PROGRAM 255

/* The plan chose a umask; else the program gets the one that the launcher was started with. */
void exec_umask_is_set(void);

/* Called once at the start: remembers the umask and sets 0, so that modes in a plan are exact. */
void exec_umask_reset(void);

/* For a program that is not the container's: what the launcher was started with. */
void exec_umask_restore(void);

/* A NULL-terminated vector of a list's strings, NULL when memory is short. Never freed. */
char **exec_vector(struct plan_str list);

/* execve(2) with execvp(3)'s search in a path of our own, except that a file which may not run is
 * passed over as if it were not there (what users of runc know); returns a negative errno, EISDIR for a
 * directory, or ends with EXEC_NO_PROGRAM and a line on stderr. Without argv it only tells whether it
 * would find a file that may run: then it returns 0. */
int exec_search(const char *file, char **argv, char **env, const char *search);

#endif

#include "exec.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel.h"
#include "progress.h"
#include "run.h"
#include "slots.h"
#include "stdio_ends.h"

static struct {
    int from, to;
} passed[EXEC_PASS_MAX];
static int passed_count;

static mode_t first_umask;
static bool umask_is_set;

void exec_umask_is_set(void)
{
    umask_is_set = true;
}

void exec_umask_reset(void)
{
    first_umask = umask(0);
}

void exec_umask_restore(void)
{
    umask(first_umask);
}

char **exec_vector(struct plan_str list)
{
    size_t count = 0;
    for (uint32_t i = 0; i < list.length; i++)
        count += !list.bytes[i];
    char **vector = mmap(NULL, (count + 1) * sizeof *vector, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (vector == MAP_FAILED)
        return NULL;
    const char *at = list.bytes;
    for (size_t i = 0; i < count; i++, at += strlen(at) + 1)
        vector[i] = (char *)at;
    vector[count] = NULL;
    return vector;
}

int run_PASS_FD(const struct plan_step *step)
{
    int fd = slot_get(step->ints[0]);
    if (fd < 0)
        return -EBADF;
    if (passed_count == EXEC_PASS_MAX)
        return -EMFILE;
    passed[passed_count].from = fd;
    passed[passed_count++].to = (int)step->ints[1];
    return 0;
}

/* Moves a descriptor above every target, so that no dup2 below hits one that is still needed. */
static int lift(int fd, int above)
{
    int high = fd > above ? fd : fcntl(fd, F_DUPFD_CLOEXEC, above + 1);
    return high < 0 ? -errno : high;
}

static int place_passed(int *kept)
{
    int above = 2;
    for (int i = 0; i < passed_count; i++)
        if (passed[i].to > above)
            above = passed[i].to;
    /* The link must outlive dup2 too: its closing by exec is what tells the launcher. */
    if (passed_count && (link_fd = lift(link_fd, above)) < 0)
        return link_fd;
    if (passed_count && *kept >= 0 && (*kept = lift(*kept, above)) < 0)
        return *kept;
    for (int i = 0; i < passed_count; i++)
        if ((passed[i].from = lift(passed[i].from, above)) < 0)
            return passed[i].from;
    /* A second lock: were a descriptor of ours ever left inheritable, it would be an escape. */
    k_close_range(3, ~0u, K_CLOSE_RANGE_CLOEXEC);
    for (int i = 0; i < passed_count; i++)
        if (dup2(passed[i].from, passed[i].to) < 0)
            return -errno;
    return 0;
}

static int prepare(int *kept)
{
    int result = stdio_install();
    if (result == 0)
        result = place_passed(kept);
    if (!umask_is_set)
        exec_umask_restore();
    return result;
}

static const char *words(int error)
{
    switch (error) {
    case ENOENT: return "no such file or directory";
    case ENOEXEC: return "exec format error";
    case E2BIG: return "argument list too long";
    case ETXTBSY: return "text file busy";
    default: return strerror(error);
    }
}

/* What users of runc know: a program that is there and executable, but none after all, is the
 * container's own end, told on its stderr. */
static _Noreturn void end_as_program(const char *path, int error)
{
    char line[PLAN_PATH_MAX + 64] = "exec ";
    strncat(line, path, PLAN_PATH_MAX);
    strcat(line, ": ");
    strncat(line, words(error), 48);
    strcat(line, "\n");
    ssize_t written = write(2, line, strlen(line));
    (void)written;
    _exit(EXEC_NO_PROGRAM);
}

/* Whether it may be executed; a filter that forbids the question leaves the mode to tell. */
static int may_run(const char *path)
{
    struct stat found;
    if (stat(path, &found) < 0)
        return -errno;
    if (S_ISDIR(found.st_mode))
        return -EISDIR;
    if (syscall(SYS_faccessat2, AT_FDCWD, path, X_OK, AT_EACCESS) == 0)
        return 0;
    if (errno == ENOSYS || errno == EPERM)
        return found.st_mode & 0111 ? 0 : -EACCES;
    return -errno;
}

static int exec_one(const char *path, char **argv, char **env)
{
    struct stat found;
    if (!argv)
        return may_run(path);
    execve(path, argv, env);
    int error = errno;
    if (error == EACCES)
        return stat(path, &found) == 0 && S_ISDIR(found.st_mode) ? -EISDIR : -EACCES;
    if (syscall(SYS_faccessat2, AT_FDCWD, path, X_OK, AT_EACCESS) == 0)
        end_as_program(path, error);
    return -error;
}

/* Whether execvp(3) goes on with the next directory after this error. */
static bool goes_on(int error)
{
    return error == -ENOENT || error == -ENOTDIR || error == -EACCES || error == -EISDIR || error == -ESTALE || error == -ENODEV ||
           error == -ETIMEDOUT || error == -ENAMETOOLONG;
}

int exec_search(const char *file, char **argv, char **env, const char *search)
{
    char path[PLAN_PATH_MAX];
    size_t length = strlen(file);
    if (strchr(file, '/'))
        return exec_one(file, argv, env);
    for (const char *at = search;; at++) {
        size_t dir = strcspn(at, ":");
        if (dir + length + 2 <= sizeof path) {
            memcpy(path, at, dir);
            if (dir)
                path[dir++] = '/';
            memcpy(path + dir, file, length + 1);
            int error = exec_one(path, argv, env);
            if (!error || !goes_on(error))
                return error;
        }
        at += strcspn(at, ":");
        if (!*at)
            return -ENOENT;
    }
}

int run_FIND_PROGRAM(const struct plan_step *step)
{
    return exec_search(step->strs[0].bytes, NULL, NULL, step->strs[1].bytes);
}

int run_EXEC(const struct plan_step *step)
{
    char **argv = exec_vector(step->strs[1]), **env = exec_vector(step->strs[2]);
    int none = -1;
    if (!argv || !env)
        return -ENOMEM;
    int result = prepare(&none);
    if (result < 0)
        return result;
    progress->state = PROGRESS_EXEC;
    result = exec_search(step->strs[0].bytes, argv, env, step->strs[3].bytes);
    progress->state = PROGRESS_STEPS;
    return result;
}

int run_EXEC_FD(const struct plan_step *step)
{
    char **argv = exec_vector(step->strs[0]), **env = exec_vector(step->strs[1]);
    int program = slot_get(step->ints[0]);
    if (!argv || !env)
        return -ENOMEM;
    int result = prepare(&program);
    if (result < 0)
        return result;
    progress->state = PROGRESS_EXEC;
    syscall(SYS_execveat, program, "", argv, env, K_AT_EMPTY_PATH);
    result = -errno;
    progress->state = PROGRESS_STEPS;
    return result;
}

#include "record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "clients.h"
#include "kernel.h"
#include "text.h"

#define SOCKET_NAME "attach.sock"
#define LINE_MAX_BYTES (6 * TEXT_NUMBER_MAX + sizeof ((struct failure *)0)->text)

static int directory = -1;

int64_t record_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * 1000000000ll + now.tv_nsec;
}

/* Binds relative to the directory: sun_path is too short for the paths that people choose. */
static int listen_in(int dir)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = SOCKET_NAME};
    int here = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int result = 0;
    if (here < 0 || fd < 0 || fchdir(dir) < 0) {
        result = -errno;
    } else {
        mode_t before = umask(0177);
        if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, MON_CLIENTS_MAX) < 0)
            result = -errno;
        umask(before);
        if (fchdir(here) < 0)
            result = -errno;
    }
    if (here >= 0)
        close(here);
    if (result < 0 && fd >= 0)
        close(fd);
    return result < 0 ? result : fd;
}

int run_MON_DIR(const struct plan_step *step)
{
    directory = open(step->strs[0].bytes, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0)
        return -errno;
    int fd = listen_in(directory);
    if (fd < 0)
        return fd;
    clients_listen(fd);
    return 0;
}

static int put(const char *name, const char *aside, const char *line, size_t length)
{
    if (directory < 0)
        return 0;
    int fd = openat(directory, aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return -errno;
    ssize_t n = write(fd, line, length);
    int result = n < 0 ? -errno : n == (ssize_t)length ? 0 : -ENOSPC;
    close(fd);
    if (!result && renameat(directory, aside, directory, name) < 0)
        result = -errno;
    if (result)
        unlinkat(directory, aside, 0);
    return result;
}

/* Field 22 of /proc/PID/stat; the name in field 2 may hold anything but ends at the last ')'. */
static int64_t start_time(pid_t pid)
{
    char path[TEXT_NUMBER_MAX + 16], stat[1024];
    strcpy(text_number(stpcpy(path, "/proc/"), pid), "/stat");
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    ssize_t n = read(fd, stat, sizeof stat - 1);
    close(fd);
    if (n <= 0)
        return 0;
    stat[n] = 0;
    char *at = strrchr(stat, ')');
    for (int field = 2; at && field < 22; field++)
        at = strchr(at + 1, ' ');
    int64_t value = at ? text_parse(at + 1, stat + n) : 0;
    return value < 0 ? 0 : value;
}

static char *put_number(char *to, int64_t value, char after)
{
    to = text_number(to, value);
    *to++ = after;
    return to;
}

void record_pid(pid_t pid, int64_t started_ns)
{
    char line[3 * TEXT_NUMBER_MAX + 1], *at = line;
    if (directory < 0)
        return;
    at = put_number(at, pid, ' ');
    at = put_number(at, start_time(pid), ' ');
    at = put_number(at, started_ns, '\n');
    put("pid", ".pid", line, (size_t)(at - line));
}

int record_exit(pid_t pid, int status, bool oom, int64_t started_ns, int64_t finished_ns)
{
    char line[5 * TEXT_NUMBER_MAX + 1], *at = line;
    at = put_number(at, pid, ' ');
    at = put_number(at, status, ' ');
    at = put_number(at, oom, ' ');
    at = put_number(at, started_ns, ' ');
    at = put_number(at, finished_ns, '\n');
    return put("exit", ".exit", line, (size_t)(at - line));
}

void record_fail(const struct failure *failure)
{
    char line[LINE_MAX_BYTES], *at = line;
    at = put_number(at, failure->step, ' ');
    at = put_number(at, failure->code, ' ');
    at = put_number(at, failure->stage, ' ');
    at = put_number(at, failure->error, ' ');
    size_t length = strnlen(failure->text, failure->text_length);
    memcpy(at, failure->text, length);
    at += length;
    *at++ = '\n';
    put("fail", ".fail", line, (size_t)(at - line));
}

void record_close(void)
{
    if (directory < 0)
        return;
    unlinkat(directory, SOCKET_NAME, 0);
    close(directory);
    directory = -1;
}

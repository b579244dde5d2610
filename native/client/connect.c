/*
 * Finds the daemon's socket; starts the daemon where none answers.
 *
 * The socket is cli.sock in SAMPAN_RUN, or beside SAMPAN_SOCKET, or in /run/sampan. The daemon is
 * `sampand` beside this program. It gets the writing end of a pipe by number in SAMPAN_READY_FD and
 * writes one byte when it listens; when it ends before that, its last words are in sampand.log.
 */
#include "session.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1u << 2)
#endif
#ifndef SYS_close_range
#define SYS_close_range 436
#endif

enum { STATUS_ENGINE = 125, START_MS_MAX = 60000, PATH_LENGTH_MAX = 4096 };

static char run_dir[PATH_LENGTH_MAX];

static void find_run_dir(void)
{
    const char *run = getenv("SAMPAN_RUN"), *api = getenv("SAMPAN_SOCKET");
    if (run && *run) {
        snprintf(run_dir, sizeof run_dir, "%s", run);
    } else if (api && *api) {
        if (strncmp(api, "unix://", 7) == 0)
            api += 7;
        snprintf(run_dir, sizeof run_dir, "%s", api);
        char *slash = strrchr(run_dir, '/');
        if (slash && slash != run_dir)
            *slash = 0;
    } else {
        snprintf(run_dir, sizeof run_dir, "/run/sampan");
    }
}

/* The connected socket, or -errno. A long path goes through the directory's descriptor. */
static int try_connect(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int dir = open(run_dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0)
        return -errno;
    snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/cli.sock", dir);
    int sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int result = sock;
    if (sock >= 0 && connect(sock, (struct sockaddr *)&address, sizeof address) < 0) {
        result = -errno;
        close(sock);
    }
    close(dir);
    return result;
}

static void make_dirs(const char *path)
{
    char part[PATH_LENGTH_MAX];
    snprintf(part, sizeof part, "%s", path);
    for (char *at = part + 1; *at; at++)
        if (*at == '/') {
            *at = 0;
            mkdir(part, 0755);
            *at = '/';
        }
    mkdir(part, 0755);
}

static void exec_daemon(const char *program, const char *log_path, int ready)
{
    char number[16];
    setsid();
    int null = open("/dev/null", O_RDWR), log = open(log_path, O_WRONLY | O_CREAT | O_APPEND, 0640);
    dup2(null, 0);
    dup2(log < 0 ? null : log, 1);
    dup2(log < 0 ? null : log, 2);
    snprintf(number, sizeof number, "%d", ready);
    /* What the caller left open is not for a daemon to keep: its pipes would never end. */
    syscall(SYS_close_range, 3, ~0u, CLOSE_RANGE_CLOEXEC);
    fcntl(ready, F_SETFD, 0);
    setenv("SAMPAN_READY_FD", number, 1);
    setenv("SAMPAN_RUN", run_dir, 1);
    if (chdir("/") == 0)
        execl(program, program, (char *)NULL);
    dprintf(2, "sampand: cannot run %s: %s\n", program, strerror(errno));
    _exit(127);
}

/* Runs `sampand` and waits until it listens; 0 when it said so. */
static int start_daemon(void)
{
    char program[PATH_LENGTH_MAX + 16], log_path[PATH_LENGTH_MAX + 16];
    ssize_t n = readlink("/proc/self/exe", program, PATH_LENGTH_MAX - 1);
    if (n <= 0)
        return -1;
    program[n] = 0;
    strcpy(strrchr(program, '/') + 1, "sampand");
    if (access(program, X_OK) != 0)
        return -1;
    make_dirs(run_dir);
    snprintf(log_path, sizeof log_path, "%s/sampand.log", run_dir);

    int ready[2];
    if (pipe2(ready, O_CLOEXEC) < 0)
        return -1;
    /* twice, so that the daemon is nobody's child and we need not reap it */
    pid_t pid = fork();
    if (pid == 0) {
        if (fork() == 0)
            exec_daemon(program, log_path, ready[1]);
        _exit(0);
    }
    close(ready[1]);
    waitpid(pid, NULL, 0);
    struct pollfd wait = {ready[0], POLLIN, 0};
    char byte;
    int said = poll(&wait, 1, START_MS_MAX) == 1 && read(ready[0], &byte, 1) == 1;
    close(ready[0]);
    return said ? 0 : -1;
}

int connect_daemon(const char *personality)
{
    (void)personality;
    find_run_dir();
    int sock = try_connect();
    if (sock == -ENOENT || sock == -ECONNREFUSED) {
        int started = start_daemon();
        sock = try_connect();
        if (sock < 0 && started < 0) {
            char text[2 * PATH_LENGTH_MAX + 128];
            snprintf(text, sizeof text, "%s/cli.sock; start sampand, or see %s/sampand.log", run_dir, run_dir);
            fail(STATUS_ENGINE, "cannot connect to the Sampan daemon at", text);
        }
    }
    if (sock < 0) {
        char text[PATH_LENGTH_MAX + 128];
        snprintf(text, sizeof text, "%s/cli.sock: %s", run_dir, strerror(-sock));
        fail(STATUS_ENGINE, "cannot connect to the Sampan daemon at", text);
    }
    return sock;
}

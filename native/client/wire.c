/* client.h on the wire. */
#include "session.h"

#include "../include/client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

extern char **environ;

enum { STATUS_ENGINE = 125 };

/* Sends all of it; the descriptors go with the first byte. -1 where the daemon hears no more. */
static int send_all(int sock, const void *data, size_t length, const int *fds, int fd_count)
{
    const char *at = data;
    char control[CMSG_SPACE(3 * sizeof(int))] = {0};
    while (length) {
        struct iovec iov = {(void *)at, length};
        struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
        if (fd_count) {
            msg.msg_control = control;
            msg.msg_controllen = CMSG_SPACE(fd_count * sizeof(int));
            struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
            c->cmsg_level = SOL_SOCKET;
            c->cmsg_type = SCM_RIGHTS;
            c->cmsg_len = CMSG_LEN(fd_count * sizeof(int));
            memcpy(CMSG_DATA(c), fds, fd_count * sizeof(int));
        }
        ssize_t n = sendmsg(sock, &msg, MSG_NOSIGNAL);
        if (n < 0) {
            if (errno == EINTR)
                continue;
            if (errno == EPIPE || errno == ECONNRESET)
                return -1;
            fail(STATUS_ENGINE, "the daemon does not listen", strerror(errno));
        }
        fd_count = 0;
        at += n;
        length -= n;
    }
    return 0;
}

static uint32_t count(char **list, size_t *bytes)
{
    uint32_t n = 0;
    for (; list[n]; n++)
        *bytes += strlen(list[n]) + 1;
    return n;
}

static char *append(char *at, const char *text)
{
    size_t n = strlen(text) + 1;
    memcpy(at, text, n);
    return at + n;
}

void send_request(int sock, int argc, char **argv)
{
    size_t bytes = 0;
    char *cwd = getcwd(NULL, 0);
    const char *where = cwd ? cwd : "/";
    bytes += strlen(where) + 1;
    count(argv, &bytes);
    uint32_t envc = count(environ, &bytes);
    if (bytes > CLI_TEXT_MAX)
        fail(STATUS_ENGINE, "arguments and environment are longer than 2 MiB", "");

    mode_t mask = umask(0);
    umask(mask);
    struct cli_request request = {
        .magic = CLI_MAGIC,
        .version = CLI_VERSION,
        .size = bytes,
        .flags = (isatty(0) ? CLI_TTY_IN : 0) | (isatty(1) ? CLI_TTY_OUT : 0) | (isatty(2) ? CLI_TTY_ERR : 0),
        .argc = argc,
        .envc = envc,
        .umask = mask,
    };
    terminal_size(&request.rows, &request.cols);

    char *all = malloc(sizeof request + bytes);
    if (!all)
        fail(STATUS_ENGINE, "out of memory", "");
    memcpy(all, &request, sizeof request);
    char *at = append(all + sizeof request, where);
    for (int i = 0; i < argc; i++)
        at = append(at, argv[i]);
    for (char **e = environ; *e; e++)
        at = append(at, *e);
    int fds[3] = {0, 1, 2};
    if (send_all(sock, all, sizeof request + bytes, fds, 3) < 0)
        fail(STATUS_ENGINE, "the daemon does not listen", strerror(errno));
    free(all);
    free(cwd);
}

void send_frame(int sock, int type, const void *data, uint32_t length, int fd)
{
    char buffer[sizeof(struct cli_frame) + 64];
    struct cli_frame frame = {.type = type, .length = length};
    memcpy(buffer, &frame, sizeof frame);
    memcpy(buffer + sizeof frame, data, length);
    /* where the command has just ended, its status is still to be read */
    (void)send_all(sock, buffer, sizeof frame + length, &fd, fd >= 0);
}

/* Keeps the descriptors that came with these bytes. */
static void keep(struct msghdr *msg, int *fds)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        int n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        const int *got = (const int *)CMSG_DATA(c);
        for (int i = 0, slot = 0; i < n; i++) {
            while (slot < CLI_FDS && fds[slot] >= 0)
                slot++;
            if (slot < CLI_FDS)
                fds[slot] = got[i];
            else
                close(got[i]);
        }
    }
}

static int read_all(int sock, void *data, size_t length, int *fds)
{
    char *at = data;
    while (length) {
        char control[CMSG_SPACE(CLI_FDS * sizeof(int))];
        struct iovec iov = {at, length};
        struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
        ssize_t n = recvmsg(sock, &msg, MSG_CMSG_CLOEXEC);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return 0;
        keep(&msg, fds);
        at += n;
        length -= n;
    }
    return 1;
}

int read_frame(int sock, void *data, uint32_t *length, int *fds)
{
    struct cli_frame frame;
    for (int i = 0; i < CLI_FDS; i++)
        fds[i] = -1;
    if (!read_all(sock, &frame, sizeof frame, fds))
        return 0;
    if (frame.length > CLI_FRAME_MAX)
        fail(STATUS_ENGINE, "the daemon speaks another protocol", "");
    if (!read_all(sock, data, frame.length, fds))
        return 0;
    *length = frame.length;
    return frame.type;
}

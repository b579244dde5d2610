#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include "../launch/channel.h"
#include "check.h"

static int open_count(void)
{
    int n = 0;
    for (int fd = 0; fd < 256; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

static void passes_descriptors(int *ends)
{
    int fds[2];
    char bytes[8];
    CHECK(channel_send(ends[0], "hello", 5, STDERR_FILENO) == 0);
    CHECK(channel_receive(ends[1], bytes, sizeof bytes, fds, 2, 0) == 5);
    CHECK(!memcmp(bytes, "hello", 5) && fds[0] > 2 && fds[1] == -1);
    CHECK(fcntl(fds[0], F_GETFD) == FD_CLOEXEC);
    close(fds[0]);
}

static void closes_surplus(int *ends)
{
    union {
        struct cmsghdr head;
        char space[CMSG_SPACE(3 * sizeof(int))];
    } control = {.head = {.cmsg_len = CMSG_LEN(3 * sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS}};
    int three[3] = {0, 1, 2}, fd;
    memcpy(CMSG_DATA(&control.head), three, sizeof three);
    char byte = 'x';
    struct iovec part = {&byte, 1};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control.space};
    int before = open_count();
    CHECK(sendmsg(ends[0], &message, 0) == 1);
    CHECK(channel_receive(ends[1], &byte, 1, &fd, 1, 0) == 1);
    CHECK(fd >= 0 && open_count() == before + 1);
    close(fd);
}

int main(void)
{
    int ends[2], fd;
    char byte;
    CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) == 0);
    passes_descriptors(ends);
    closes_surplus(ends);
    CHECK(channel_receive(ends[1], &byte, 1, &fd, 1, MSG_DONTWAIT) == -EAGAIN);
    CHECK(channel_wait(ends[1], POLLIN, 0) == 0);
    close(ends[0]);
    CHECK(channel_wait(ends[1], POLLIN, 1000) == 1);
    CHECK(channel_receive(ends[1], &byte, 1, &fd, 1, 0) == 0);
    CHECK(channel_send(ends[1], "x", 1, -1) == -EPIPE);
    close(ends[1]);
    return check_result();
}

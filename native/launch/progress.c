#include "progress.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "channel.h"

struct progress *progress;
int link_fd = -1;

int progress_open(int *child_end)
{
    int ends[2];
    void *page = mmap(NULL, sizeof *progress, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED)
        return -errno;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return -errno;
    progress = page;
    link_fd = ends[0];
    *child_end = ends[1];
    return 0;
}

void progress_close(void)
{
    if (progress)
        munmap(progress, sizeof *progress);
    progress = NULL;
    if (link_fd >= 0)
        close(link_fd);
    link_fd = -1;
}

void progress_step(const struct plan_step *step)
{
    progress->at.step = step->index;
    progress->at.code = step->code;
    progress->at.stage = step->stage;
}

int link_send(enum link_message message, int fd)
{
    char byte = (char)message;
    return channel_send(link_fd, &byte, 1, fd);
}

int link_receive(int *fd, bool wait)
{
    char byte = 0;
    *fd = -1;
    ssize_t n = channel_receive(link_fd, &byte, 1, fd, 1, wait ? 0 : MSG_DONTWAIT);
    /* A peer that died with a message unread resets the pair: the same as its end. */
    if (n == 0 || n == -ECONNRESET)
        return 0;
    return n < 0 ? (int)n : byte;
}

#include "sink.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "paths.h"

enum sink_kind {
    SINK_PLAIN,  /* writes at once: non-blocking, or a file */
    SINK_SOCKET, /* written with MSG_DONTWAIT */
    SINK_TIMID,  /* might block: written in small pieces, and only when poll allows */
};

/* Less than any tty or pipe promises when it polls as writable. */
#define TIMID_PIECE 256

/*
 * A client's terminal or pipe is shared with the client's shell, so its O_NONBLOCK must not be
 * touched. A second open of the same file has flags of its own. It asks for the same access as the
 * descriptor had: nobody gains a right by sending one.
 */
static int reopen(int fd, int access)
{
    char path[PATHS_PROC_FD_SIZE];
    paths_proc_fd(path, fd);
    return open(path, access | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

bool sink_open(struct sink *sink, int fd)
{
    struct stat status;
    int flags = fcntl(fd, F_GETFL);
    int access = flags & O_ACCMODE;
    *sink = (struct sink){.fd = fd};
    if (flags < 0 || flags & O_PATH || access == O_RDONLY || fstat(fd, &status) < 0 || S_ISDIR(status.st_mode)) {
        sink_close(sink);
        return false;
    }
    if (S_ISSOCK(status.st_mode)) {
        sink->kind = SINK_SOCKET;
    } else if (S_ISFIFO(status.st_mode) || isatty(fd)) {
        int own = flags & O_NONBLOCK ? -1 : reopen(fd, access);
        sink->kind = own >= 0 || flags & O_NONBLOCK ? SINK_PLAIN : SINK_TIMID;
        if (own >= 0) {
            close(fd);
            sink->fd = own;
        }
    } else if (!S_ISREG(status.st_mode)) {
        sink->kind = SINK_TIMID;
    }
    return true;
}

void sink_borrow(struct sink *sink, int fd)
{
    *sink = (struct sink){.fd = fd, .kind = SINK_SOCKET, .borrowed = true};
}

void sink_close(struct sink *sink)
{
    if (sink->fd >= 0 && !sink->borrowed)
        close(sink->fd);
    if (sink->buffer)
        munmap(sink->buffer, SINK_CAPACITY);
    *sink = (struct sink){.fd = -1, .error = sink->error};
}

static void broke(struct sink *sink, int error)
{
    sink->error = error;
    sink_close(sink);
}

static bool keep(struct sink *sink, const char *bytes, size_t size)
{
    if (!sink->buffer) {
        void *p = mmap(NULL, SINK_CAPACITY, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (p == MAP_FAILED)
            return false;
        sink->buffer = p;
    }
    if (size > SINK_CAPACITY - sink->length)
        return false;
    if (size > SINK_CAPACITY - sink->start - sink->length) {
        memmove(sink->buffer, sink->buffer + sink->start, sink->length);
        sink->start = 0;
    }
    memcpy(sink->buffer + sink->start + sink->length, bytes, size);
    sink->length += (uint32_t)size;
    return true;
}

/* Bytes written, 0 when it would block, -1 when the sink broke. */
static ssize_t give(struct sink *sink, struct iovec *parts, int count)
{
    ssize_t n;
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = (unsigned)count};
    do
        n = sink->kind == SINK_SOCKET ? sendmsg(sink->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL)
                                      : writev(sink->fd, parts, count);
    while (n < 0 && errno == EINTR);
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return 0;
    if (n < 0)
        broke(sink, errno);
    return n;
}

void sink_put(struct sink *sink, const void *head, size_t head_size, const void *data, size_t size)
{
    size_t done = 0;
    if (sink->fd < 0)
        return;
    if (!sink->length && sink->kind != SINK_TIMID) {
        struct iovec parts[2] = {{(void *)head, head_size}, {(void *)data, size}};
        ssize_t n = give(sink, head_size ? parts : parts + 1, head_size ? 2 : 1);
        if (n < 0)
            return;
        done = (size_t)n;
    }
    if (done < head_size && !keep(sink, (const char *)head + done, head_size - done))
        broke(sink, ENOBUFS);
    done = done < head_size ? 0 : done - head_size;
    if (sink->fd >= 0 && done < size && !keep(sink, (const char *)data + done, size - done))
        broke(sink, ENOBUFS);
}

void sink_flush(struct sink *sink)
{
    if (sink->fd < 0 || !sink->length)
        return;
    struct iovec part = {sink->buffer + sink->start, sink->length};
    if (sink->kind == SINK_TIMID && part.iov_len > TIMID_PIECE)
        part.iov_len = TIMID_PIECE;
    ssize_t n = give(sink, &part, 1);
    if (n <= 0)
        return;
    sink->start += (uint32_t)n;
    sink->length -= (uint32_t)n;
    if (!sink->length)
        sink->start = 0;
}

void sink_trim(struct sink *sink)
{
    if (!sink->buffer || sink->length)
        return;
    munmap(sink->buffer, SINK_CAPACITY);
    sink->buffer = NULL;
}

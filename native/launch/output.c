#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "buffers.h"
#include "channel.h"
#include "clients.h"
#include "kernel.h"
#include "log.h"
#include "record.h"
#include "stdin_feed.h"
#include "stdio_ends.h"

#define PIPE_GROWN (1 << 20)
#define NO_MEMORY_MS 10

static struct winsize wanted;
static bool is_pty, grown[2];
static int slave = -1;

static void apply_size(void)
{
    if (is_pty && stdio_ends.out[0] >= 0 && (wanted.ws_row || wanted.ws_col))
        ioctl(stdio_ends.out[0], TIOCSWINSZ, &wanted);
}

void output_console(int master)
{
    if (is_pty || stdio_ends.mode != STDIO_PTY) {
        close(master);
        return;
    }
    is_pty = true;
    fcntl(master, F_SETFL, O_RDWR | O_NONBLOCK);
    stdio_ends.out[0] = master;
    if (stdio_ends.wants_in)
        stdio_ends.in = master;
    /* Programs may close all their ends and open the console again: the pty must not hang up before the end. */
    slave = ioctl(master, K_TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    apply_size();
}

void output_resize(unsigned rows, unsigned cols)
{
    wanted.ws_row = (unsigned short)rows;
    wanted.ws_col = (unsigned short)cols;
    apply_size();
}

static void close_stream(int stream)
{
    if (stdio_ends.out[stream] < 0)
        return;
    if (is_pty)
        stdin_close();
    close(stdio_ends.out[stream]);
    stdio_ends.out[stream] = -1;
    log_end(stream);
}

bool output_read(int stream)
{
    int fd = stdio_ends.out[stream];
    struct buffers *b = buffers_get();
    if (fd < 0)
        return false;
    if (!b) {
        channel_wait(-1, 0, NO_MEMORY_MS);
        return false;
    }
    ssize_t n = read(fd, b->read, sizeof b->read);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    if (n <= 0) {
        close_stream(stream);
        return false;
    }
    if (n == sizeof b->read && !grown[stream] && !is_pty) {
        /* A busy writer gets a larger pipe; an idle one costs no kernel memory. */
        grown[stream] = true;
        fcntl(fd, F_SETPIPE_SZ, PIPE_GROWN);
    }
    clients_feed(stream, b->read, (size_t)n);
    log_feed(stream, b->read, (size_t)n, record_now());
    return true;
}

void output_child_ended(void)
{
    if (slave >= 0)
        close(slave);
    slave = -1;
}

bool output_open(void)
{
    return stdio_ends.out[0] >= 0 || stdio_ends.out[1] >= 0;
}

void output_finish(void)
{
    /* Whoever still holds the other end may write for ever: a full pipe's worth is what was there. */
    for (int stream = 0; stream < 2; stream++) {
        for (unsigned i = 0; i <= PIPE_GROWN / BUFFERS_READ && output_read(stream); i++)
            log_flush();
        close_stream(stream);
    }
    log_flush();
}

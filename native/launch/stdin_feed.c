#include "stdin_feed.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "buffers.h"
#include "stdio_ends.h"

static unsigned start, length;
static bool ending;

static bool is_pty(void)
{
    return stdio_ends.mode == STDIO_PTY;
}

bool stdin_ready(void)
{
    return !length;
}

void stdin_close(void)
{
    /* The pty's master is stdout's descriptor too, which is closed as such. */
    if (stdio_ends.in >= 0 && !is_pty())
        close(stdio_ends.in);
    stdio_ends.in = -1;
    start = length = 0;
}

static size_t give(const char *bytes, size_t size)
{
    ssize_t n;
    do
        n = write(stdio_ends.in, bytes, size);
    while (n < 0 && errno == EINTR);
    if (n < 0 && errno != EAGAIN)
        stdin_close();
    return n < 0 ? 0 : (size_t)n;
}

void stdin_put(const char *bytes, size_t size)
{
    if (stdio_ends.in < 0 || ending)
        return;
    size_t done = give(bytes, size);
    if (done == size || stdio_ends.in < 0)
        return;
    struct buffers *b = buffers_get();
    if (!b)
        return;
    length = (unsigned)(size - done);
    start = 0;
    memcpy(b->pending, bytes + done, length);
}

void stdin_over(void)
{
    if (!stdio_ends.once || is_pty())
        return;
    ending = true;
    if (!length)
        stdin_close();
}

int stdin_waits(void)
{
    return length ? stdio_ends.in : -1;
}

void stdin_flush(void)
{
    size_t done = give(buffers_get()->pending + start, length);
    if (stdio_ends.in < 0)
        return;
    start += (unsigned)done;
    length -= (unsigned)done;
    if (!length && ending)
        stdin_close();
}

int stdin_pending(void)
{
    return (int)length;
}

#include "client.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buffers.h"
#include "channel.h"
#include "log.h"
#include "loop.h"
#include "stdin_feed.h"

#define HELLO_STREAMS (HELLO_STDIN | HELLO_STDOUT | HELLO_STDERR)
#define HELLO_KNOWN (HELLO_STREAMS | HELLO_RAW | HELLO_FDS)

void client_tell(struct client *c, const struct mon_message *message, const char *text)
{
    sink_put(&c->out[0], message, sizeof *message, text, message->text_length);
}

void client_tell_detached(struct client *c)
{
    struct mon_message message = {.type = MON_DETACHED, .a = c->out[0].error ? c->out[0].error : c->out[1].error};
    if (c->sock < 0)
        loop_tell_daemon(&message, NULL);
    else if (c->flags & HELLO_FDS)
        send(c->sock, &message, sizeof message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

void client_input_over(struct client *c)
{
    if (c->in >= 0)
        close(c->in);
    c->in = -1;
    /* What might have become the detach keys was text. */
    if (c->state > CLIENT_KEYS && c->keys_matched && stdin_ready())
        stdin_put(c->keys, c->keys_matched);
    c->keys_matched = 0;
    if (c->feeds)
        stdin_over();
    c->feeds = false;
}

/*
 * Takes the detach keys out of what a client typed. Bytes that may begin them are held back until
 * it is known; text is moved to the front, at most keys_matched bytes before where it was.
 * Returns its new length; *detached when the keys are complete, what follows them is dropped.
 */
static size_t scan_keys(struct client *c, const char *from, size_t size, char *to, bool *detached)
{
    size_t n = 0;
    for (size_t i = 0; i < size && !*detached; i++) {
        if (from[i] != c->keys[c->keys_matched]) {
            memcpy(to + n, c->keys, c->keys_matched);
            n += c->keys_matched;
            c->keys_matched = 0;
        }
        if (from[i] != c->keys[c->keys_matched])
            to[n++] = from[i];
        else
            *detached = ++c->keys_matched == c->keys_length;
    }
    if (*detached)
        c->keys_matched = 0;
    return n;
}

/* What buffers->read holds goes to the process; false when the client detached. */
static bool feed(struct client *c, size_t size)
{
    struct buffers *b = buffers_get();
    c->feeds = true;
    if (!c->keys_length) {
        stdin_put(b->read, size);
        return true;
    }
    char *text = (char *)b + offsetof(struct buffers, held);
    bool detached = false;
    size_t n = scan_keys(c, b->read, size, text, &detached);
    stdin_put(text, n);
    if (detached)
        client_tell_detached(c);
    return !detached;
}

bool client_takes_own(const struct client *c)
{
    return c->in >= 0 && stdin_ready();
}

bool client_read_own(struct client *c)
{
    struct buffers *b = buffers_get();
    if (!b)
        return false;
    ssize_t n = read(c->in, b->read, BUFFERS_READ);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return true;
    if (n <= 0) {
        client_input_over(c);
        return true;
    }
    return feed(c, (size_t)n);
}

static bool adopt(struct client *c, int *fds)
{
    int next = 0;
    bool ok = true;
    if (c->flags & HELLO_STDIN) {
        c->in = fds[next];
        fds[next++] = -1;
        ok = c->in >= 0;
    }
    for (int i = 0; i < 2; i++) {
        if (!(c->flags & (HELLO_STDOUT << i)))
            continue;
        ok = fds[next] >= 0 && sink_open(&c->out[i], fds[next]) && ok;
        fds[next++] = -1;
    }
    return ok && (next == CHANNEL_FDS_MAX || fds[next] < 0);
}

static bool greet(struct client *c, const struct mon_hello *hello, int *fds)
{
    if (hello->magic != MON_MAGIC || hello->keys_length > PLAN_KEYS_MAX || hello->flags & ~(uint32_t)HELLO_KNOWN)
        return false;
    c->role = (uint8_t)hello->role;
    c->flags = (uint8_t)hello->flags;
    c->keys_length = (uint8_t)hello->keys_length;
    c->state = c->keys_length ? CLIENT_KEYS : CLIENT_FRAME;
    if (hello->role == ROLE_SUPERVISE) {
        struct mon_message state = loop_state();
        client_tell(c, &state, NULL);
        struct mon_message oom = loop_oom();
        if (oom.b)
            client_tell(c, &oom, NULL);
        return fds[0] < 0;
    }
    if (hello->role != ROLE_ATTACH)
        return false;
    if (c->flags & HELLO_FDS) {
        sink_close(&c->out[0]);
        c->feeds = c->flags & HELLO_STDIN;
        return adopt(c, fds);
    }
    if (!(c->flags & HELLO_STREAMS))
        c->flags |= HELLO_STREAMS;
    c->feeds = c->flags & HELLO_STDIN;
    return fds[0] < 0;
}

/* One more step of reading: 1 to go on, 0 when nothing is there, -1 at the end or for nonsense. */
static int read_hello(struct client *c)
{
    struct mon_hello hello;
    int fds[CHANNEL_FDS_MAX];
    ssize_t n = channel_receive(c->sock, &hello, sizeof hello, fds, CHANNEL_FDS_MAX, MSG_DONTWAIT);
    if (n == -EAGAIN)
        return 0;
    bool ok = n == sizeof hello && greet(c, &hello, fds);
    for (int i = 0; i < CHANNEL_FDS_MAX; i++)
        if (fds[i] >= 0)
            close(fds[i]);
    /* Without a role it is dropped as a whole, not kept as one whose input is over. */
    if (!ok)
        c->role = 0;
    return ok ? 1 : -1;
}

static int read_some(struct client *c, void *to, size_t size)
{
    ssize_t n;
    do
        n = recv(c->sock, to, size, MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    if (n < 0 && errno == EAGAIN)
        return 0;
    return n <= 0 ? -1 : (int)n;
}

static int read_keys(struct client *c)
{
    int n = read_some(c, c->keys + c->keys_matched, (size_t)(c->keys_length - c->keys_matched));
    if (n <= 0)
        return n;
    c->keys_matched = (uint8_t)(c->keys_matched + n);
    if (c->keys_matched == c->keys_length) {
        c->keys_matched = 0;
        c->state = CLIENT_FRAME;
    }
    return 1;
}

static uint16_t number(const unsigned char *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static bool allowed(const struct client *c, const struct mon_frame *frame)
{
    switch (frame->type) {
    case FRAME_STDIN:
        return c->role == ROLE_ATTACH && frame->length <= MON_FRAME_MAX;
    case FRAME_STDIN_EOF:
        return c->role == ROLE_ATTACH && !frame->length;
    case FRAME_RESIZE:
        return frame->length == 4;
    case FRAME_START:
    case FRAME_LOG_REOPEN:
        return c->role == ROLE_SUPERVISE && !frame->length;
    }
    return false;
}

/* A frame is whole, or its body begins. */
static int begin_frame(struct client *c)
{
    struct mon_frame frame;
    memcpy(&frame, c->head, sizeof frame);
    if (!allowed(c, &frame)) {
        c->role = 0;
        return -1;
    }
    c->frame = frame.type;
    c->left = frame.length;
    c->head_length = 0;
    c->state = frame.length ? CLIENT_BODY : CLIENT_FRAME;
    if (frame.type == FRAME_STDIN_EOF)
        client_input_over(c);
    else if (frame.type == FRAME_START)
        loop_start();
    else if (frame.type == FRAME_LOG_REOPEN)
        log_reopen();
    return 1;
}

static int read_frame(struct client *c)
{
    int n = read_some(c, c->head + c->head_length, sizeof(struct mon_frame) - c->head_length);
    if (n <= 0)
        return n;
    c->head_length = (uint8_t)(c->head_length + n);
    return c->head_length == sizeof(struct mon_frame) ? begin_frame(c) : 1;
}

static int read_body(struct client *c)
{
    struct buffers *b = buffers_get();
    if (c->frame == FRAME_RESIZE) {
        int n = read_some(c, c->head + 4 - c->left, c->left);
        if (n <= 0)
            return n;
        if (!(c->left -= (uint32_t)n)) {
            loop_resize(number(c->head), number(c->head + 2));
            c->state = CLIENT_FRAME;
        }
        return 1;
    }
    if (!b || !stdin_ready())
        return b ? 0 : -1;
    int n = read_some(c, b->read, c->left);
    if (n <= 0)
        return n;
    if (!(c->left -= (uint32_t)n))
        c->state = CLIENT_FRAME;
    return feed(c, (size_t)n) ? 1 : -1;
}

bool client_takes_socket(const struct client *c)
{
    return !c->input_over && !(c->state == CLIENT_BODY && c->frame == FRAME_STDIN && !stdin_ready());
}

/* More steps in one go would let one client keep the others waiting. */
#define STEPS_MAX 8

bool client_read_socket(struct client *c)
{
    int result = 1;
    for (int i = 0; i < STEPS_MAX && result > 0; i++)
        switch (c->state) {
        case CLIENT_HELLO:
            result = read_hello(c);
            break;
        case CLIENT_KEYS:
            result = read_keys(c);
            break;
        case CLIENT_FRAME:
            result = read_frame(c);
            break;
        default:
            result = read_body(c);
        }
    return result >= 0;
}

#include "clients.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client.h"
#include "loop.h"
#include "run.h"
#include "slots.h"

static int listener = -1;
static struct client *clients; /* MON_CLIENTS_MAX of them, while there is any */
static int count;              /* of those in use */
static char start_keys[PLAN_KEYS_MAX];
static uint8_t start_keys_length;

#define EACH(c) (struct client *c = clients; c && c < clients + MON_CLIENTS_MAX; c++)
#define MAPPING (MON_CLIENTS_MAX * sizeof(struct client))

void clients_listen(int fd)
{
    listener = fd;
}

int clients_listener(void)
{
    return listener;
}

bool clients_full(void)
{
    return count == MON_CLIENTS_MAX;
}

static struct client *add(int sock)
{
    if (!clients) {
        void *p = mmap(NULL, MAPPING, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (p == MAP_FAILED)
            return NULL;
        clients = p;
    }
    for EACH (c)
        if (c->state == CLIENT_FREE) {
            *c = (struct client){.state = CLIENT_HELLO, .sock = sock, .in = -1, .out = {{.fd = -1}, {.fd = -1}}};
            count++;
            return c;
        }
    return NULL;
}

static void drop(struct client *c)
{
    client_input_over(c);
    sink_close(&c->out[0]);
    sink_close(&c->out[1]);
    if (c->sock >= 0)
        close(c->sock);
    c->state = CLIENT_FREE;
    count--;
}

static void give_keys(struct client *c)
{
    c->keys_length = start_keys_length;
    memcpy(c->keys, start_keys, start_keys_length);
}

int run_MON_ATTACH_KEYS(const struct plan_step *step)
{
    start_keys_length = (uint8_t)step->strs[0].length;
    memcpy(start_keys, step->strs[0].bytes, start_keys_length);
    for EACH (c)
        give_keys(c);
    return 0;
}

static int duplicate(int64_t slot)
{
    int fd = slot_get(slot);
    return fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 3);
}

int run_MON_ATTACH(const struct plan_step *step)
{
    struct client *c = add(-1);
    if (!c)
        return -EMFILE;
    c->state = CLIENT_FRAME;
    c->role = ROLE_ATTACH;
    c->flags = HELLO_FDS;
    c->in = duplicate(step->ints[0]);
    c->feeds = c->in >= 0;
    give_keys(c);
    for (int i = 0; i < 2; i++) {
        int fd = duplicate(step->ints[1 + i]);
        if (fd >= 0 && !sink_open(&c->out[i], fd))
            return -EBADF;
    }
    return 0;
}

/* The socket's peer sends no more: a half-closed attach client goes on reading. */
static bool survives_end(struct client *c)
{
    c->input_over = true;
    client_input_over(c);
    return c->state == CLIENT_FRAME && c->role == ROLE_ATTACH && (c->flags & HELLO_FDS || c->out[0].fd >= 0);
}

void clients_accept(void)
{
    int fd;
    while (count < MON_CLIENTS_MAX && (fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
        struct client *c = add(fd);
        if (!c) {
            close(fd);
            return;
        }
        sink_borrow(&c->out[0], fd);
    }
    for EACH (c)
        if (c->state == CLIENT_HELLO && !client_read_socket(c) && !survives_end(c))
            drop(c);
}

static bool is_attached(const struct client *c)
{
    return c->role == ROLE_ATTACH && c->state != CLIENT_FREE && c->state != CLIENT_HELLO;
}

int clients_poll(struct pollfd *fds)
{
    int n = 0;
    if (!count)
        return 0;
    for EACH (c) {
        for (int i = 0; i < CLIENT_POLLS; i++)
            fds[n + i] = (struct pollfd){.fd = -1};
        if (c->state != CLIENT_FREE) {
            bool own = c->flags & HELLO_FDS, backlog = !own && c->out[0].length;
            bool takes = client_takes_socket(c);
            /* A socket that cannot be read now stays out: the end of its peer would wake us again and again. */
            if (takes || backlog || c->input_over)
                fds[n] = (struct pollfd){.fd = c->sock,
                                         .events = (short)((takes ? POLLIN : 0) | (backlog ? POLLOUT : 0))};
            if (client_takes_own(c))
                fds[n + 1] = (struct pollfd){.fd = c->in, .events = POLLIN};
            for (int i = 0; i < 2 && own; i++)
                if (c->out[i].length)
                    fds[n + 2 + i] = (struct pollfd){.fd = c->out[i].fd, .events = POLLOUT};
        }
        n += CLIENT_POLLS;
    }
    return n;
}

static bool broken(struct client *c)
{
    if (!c->out[0].error && !c->out[1].error)
        return false;
    /* Who reads no more from its socket may still have sent something. */
    if (!(c->flags & HELLO_FDS))
        return c->input_over;
    client_tell_detached(c);
    return true;
}

static bool handle(struct client *c, const struct pollfd *fds)
{
    short socket = fds[0].revents, gone = POLLHUP | POLLERR | POLLNVAL;
    if (socket & POLLOUT)
        sink_flush(&c->out[0]);
    if (socket & gone && c->input_over)
        return false;
    if (socket & (POLLIN | gone) && client_takes_socket(c) && !client_read_socket(c) && !survives_end(c))
        return false;
    if (fds[1].revents && client_takes_own(c) && !client_read_own(c))
        return false;
    for (int i = 0; i < 2; i++)
        if (fds[2 + i].revents)
            sink_flush(&c->out[i]);
    return !broken(c);
}

static void clean(void)
{
    if (count || !clients)
        return;
    munmap(clients, MAPPING);
    clients = NULL;
}

void clients_handle(const struct pollfd *fds, int entries)
{
    for (int i = 0; i < entries / CLIENT_POLLS && clients; i++)
        if (clients[i].state != CLIENT_FREE && !handle(&clients[i], fds + i * CLIENT_POLLS))
            drop(&clients[i]);
    clean();
}

void clients_feed(int stream, const char *bytes, size_t size)
{
    unsigned char head[8] = {(unsigned char)(stream + 1), 0, 0, 0, (unsigned char)(size >> 24),
                             (unsigned char)(size >> 16), (unsigned char)(size >> 8), (unsigned char)size};
    if (!count)
        return;
    for EACH (c) {
        if (!is_attached(c))
            continue;
        if (c->flags & HELLO_FDS)
            sink_put(&c->out[stream], NULL, 0, bytes, size);
        else if (c->flags & (HELLO_STDOUT << stream))
            sink_put(&c->out[0], head, c->flags & HELLO_RAW ? 0 : sizeof head, bytes, size);
        if (broken(c))
            drop(c);
    }
    clean();
}

bool clients_behind(void)
{
    for EACH (c)
        if (c->out[0].length >= MON_BACKLOG_MAX || c->out[1].length >= MON_BACKLOG_MAX)
            return true;
    return false;
}

bool clients_backlog(void)
{
    for EACH (c)
        if (c->state != CLIENT_FREE && (c->out[0].length || c->out[1].length))
            return true;
    return false;
}

void clients_tell(const struct mon_message *message, const char *text)
{
    for EACH (c)
        if (c->state != CLIENT_FREE && c->role == ROLE_SUPERVISE)
            client_tell(c, message, text);
}

void clients_end(bool force)
{
    for EACH (c)
        if (c->state != CLIENT_FREE && (force || (is_attached(c) && !c->out[0].length && !c->out[1].length)))
            drop(c);
    clean();
}

bool clients_supervised(void)
{
    for EACH (c)
        if (c->state != CLIENT_FREE && c->role == ROLE_SUPERVISE)
            return true;
    return false;
}

bool clients_any(void)
{
    return count;
}

void clients_idle(void)
{
    for EACH (c) {
        sink_trim(&c->out[0]);
        sink_trim(&c->out[1]);
    }
}

void clients_forget(void)
{
    for EACH (c)
        if (c->state != CLIENT_FREE) {
            sink_close(&c->out[0]);
            sink_close(&c->out[1]);
            if (c->in >= 0)
                close(c->in);
            if (c->sock >= 0)
                close(c->sock);
        }
    if (listener >= 0)
        close(listener);
    clients = NULL;
    listener = -1;
    count = 0;
}

int clients_keep_listener(void)
{
    int kept = listener;
    listener = -1;
    return kept;
}

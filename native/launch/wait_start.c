#include "wait_start.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../include/monitor.h"
#include "channel.h"
#include "progress.h"

/* A supervisor that connects and says nothing must not keep others out for longer. */
#define PATIENCE_MS 10000

static int own_listener = -1;
static int starter = -1; /* close-on-exec: its end without a message tells that the program runs */

void wait_start_listens(int listener)
{
    own_listener = listener;
}

static int send_message(int fd, const struct mon_message *message, const char *text)
{
    int result = channel_send(fd, message, sizeof *message, -1);
    return result < 0 || !message->text_length ? result : channel_send(fd, text, message->text_length, -1);
}

void wait_start_failed(const struct failure *failure)
{
    if (starter < 0)
        return;
    struct mon_message message = failure_message(failure);
    send_message(starter, &message, failure->text);
}

static bool receive(int fd, void *to, size_t size)
{
    for (size_t done = 0; done < size;) {
        if (channel_wait(fd, POLLIN, PATIENCE_MS) != 1)
            return false;
        ssize_t n = recv(fd, (char *)to + done, size - done, MSG_DONTWAIT);
        if (n <= 0)
            return false;
        done += (size_t)n;
    }
    return true;
}

/* True when this supervisor sent START. */
static bool serve(int fd)
{
    struct mon_hello hello;
    struct mon_frame frame;
    struct mon_message state = {.type = MON_STATE, .a = progress->host_pid};
    unsigned char size[4];
    if (!receive(fd, &hello, sizeof hello) || hello.magic != MON_MAGIC || hello.role != ROLE_SUPERVISE)
        return false;
    if (send_message(fd, &state, NULL) < 0)
        return false;
    while (receive(fd, &frame, sizeof frame)) {
        if (frame.type == FRAME_START && !frame.length)
            return true;
        /* There is no terminal here to resize and no log to reopen. */
        if (frame.length > sizeof size || (frame.length && !receive(fd, size, frame.length)))
            return false;
    }
    return false;
}

static int serve_alone(void)
{
    for (;;) {
        int ready = channel_wait(own_listener, POLLIN, -1);
        if (ready < 0)
            return ready;
        int fd = accept4(own_listener, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0)
            continue;
        if (serve(fd)) {
            starter = fd;
            close(own_listener);
            own_listener = -1;
            return 0;
        }
        close(fd);
    }
}

int run_AWAIT_PARENT(const struct plan_step *step)
{
    (void)step;
    int fd, result = link_send(LINK_HERE, -1);
    if (result < 0)
        return result;
    result = link_receive(&fd, true);
    if (fd >= 0)
        close(fd);
    return result == LINK_GO ? 0 : result < 0 ? result : -ECANCELED;
}

int run_WAIT_START(const struct plan_step *step)
{
    (void)step;
    int fd, result = link_send(LINK_CREATED, -1);
    if (result < 0)
        return result;
    result = link_receive(&fd, true);
    if (result == LINK_START)
        return 0;
    if (result == 0 && own_listener >= 0)
        return serve_alone();
    return result < 0 ? result : -ECANCELED;
}

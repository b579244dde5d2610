#include "loop.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "buffers.h"
#include "channel.h"
#include "clients.h"
#include "clone.h"
#include "kernel.h"
#include "launch.h"
#include "log.h"
#include "oom.h"
#include "output.h"
#include "progress.h"
#include "reap.h"
#include "record.h"
#include "slots.h"
#include "stdin_feed.h"
#include "stdio_ends.h"
#include "wait_start.h"

#define IDLE_MS 250 /* without traffic before buffers go back */
#define RECORD_AGAIN_MS 1000 /* between two tries to write the exit record */
#define PAGE 4096
#define STACK_DROPPED (64 << 10)
#define LINGER_MS 600000 /* without progress before a client that got not everything is dropped */

enum phase { SETUP, CREATED, RUNNING, ENDED };
enum watch { W_CONTROL, W_LINK, W_CHILD, W_ORPHANS, W_OOM, W_LISTEN, W_OUT, W_ERR, W_IN, W_CLIENTS };

static enum phase phase;
static int control = -1;
static bool detach, start_wanted, go, broken;
static bool child_went; /* its steps run or ran: what it breaks off with is its own */
static bool arrived;    /* the child stands in AWAIT_PARENT */
static bool rested; /* nothing of the launch is left in memory that can be given back */
static int status, drain_ms = 2000;
static int64_t started_ns, finished_ns;

int run_MON_DRAIN(const struct plan_step *step)
{
    drain_ms = (int)step->ints[0];
    return 0;
}

int run_MON_DETACH(const struct plan_step *step)
{
    (void)step;
    detach = true;
    return 0;
}

void loop_adopt(int fd)
{
    control = fd;
}

void loop_forget(void)
{
    if (control >= 0)
        close(control);
    if (detach && plan_has(&launch_plan, OP_WAIT_START))
        wait_start_listens(clients_keep_listener());
    clients_forget();
    log_close();
    stdio_forget();
    oom_forget();
    reap_forget();
}

void loop_tell_daemon(const struct mon_message *message, const char *text)
{
    struct iovec parts[2] = {{(void *)message, sizeof *message}, {(void *)text, message->text_length}};
    struct msghdr packet = {.msg_iov = parts, .msg_iovlen = message->text_length ? 2 : 1};
    if (control >= 0)
        sendmsg(control, &packet, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void tell(const struct mon_message *message, const char *text)
{
    loop_tell_daemon(message, text);
    clients_tell(message, text);
}

struct mon_message loop_state(void)
{
    return (struct mon_message){
        .type = MON_STATE, .a = clone_child(), .b = phase <= CREATED ? 0 : phase == RUNNING ? 1 : 2, .d = started_ns};
}

struct mon_message loop_oom(void)
{
    return (struct mon_message){.type = MON_OOM_SEEN, .a = clone_child(), .b = oom_count()};
}

/* Told when there is more than before: the counter's file wakes for its other lines too. */
static void on_oom(void)
{
    static int64_t told;
    struct mon_message message = loop_oom();
    if (message.b > told)
        tell(&message, NULL);
    told = message.b;
}

void loop_resize(unsigned rows, unsigned cols)
{
    output_resize(rows, cols);
}

void loop_start(void)
{
    /* It may come before the child is there to take it. */
    if (phase == CREATED && !start_wanted)
        link_send(LINK_START, -1);
    start_wanted = true;
}

static void created(void)
{
    struct mon_message message = {.type = MON_CREATED, .a = clone_child()};
    record_pid(clone_child(), 0);
    tell(&message, NULL);
}

static void started(void)
{
    phase = RUNNING;
    started_ns = record_now();
    progress_close();
    record_pid(clone_child(), started_ns);
    struct mon_message message = {.type = MON_STARTED, .a = clone_child(), .b = started_ns};
    tell(&message, NULL);
}

/* The child is gone or became its program: which of the two stands in the shared page. */
static void link_ended(void)
{
    if (progress->state == PROGRESS_EXEC)
        started();
    else
        broken = true;
}

static void on_link(void)
{
    int fd, message = link_receive(&fd, false);
    if (message == LINK_CONSOLE && fd >= 0) {
        output_console(fd);
        return;
    }
    if (fd >= 0)
        close(fd);
    if (message == LINK_HERE) {
        arrived = true;
    } else if (message == LINK_CREATED) {
        phase = CREATED;
        created();
        if (start_wanted)
            link_send(LINK_START, -1);
    } else if (message == 0) {
        link_ended();
    }
}

static void on_control(void)
{
    struct mon_message message;
    ssize_t n = recv(control, &message, sizeof message, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        close(control);
        control = -1;
        return;
    }
    /* Who connected before the daemon sent this must see the output from its first byte on. */
    clients_accept();
    if (n != sizeof message)
        return;
    if (message.type == MON_GO)
        go = true;
    else if (message.type == MON_START)
        loop_start();
    else if (message.type == MON_RESIZE)
        loop_resize((unsigned)message.a, (unsigned)message.b);
}

/* Its last words may still wait. The end of the link came before its own, or it never exec'd. */
static void hear_last_words(void)
{
    while (link_fd >= 0 && channel_wait(link_fd, POLLIN, 0) == 1 && !broken)
        on_link();
}

static void on_child(void)
{
    if (phase <= CREATED)
        hear_last_words();
    /* Whoever becomes the parent after this launcher waits for the end itself: it must find it. */
    if (detach && (phase == CREATED || phase == RUNNING))
        return;
    if (!reap_child(&status))
        return;
    finished_ns = record_now();
    if (phase <= CREATED) {
        broken = true;
        return;
    }
    phase = ENDED;
    stdin_close();
    output_child_ended();
}

static struct pollfd watch(int fd, short events)
{
    return (struct pollfd){.fd = fd, .events = events};
}

static int fill(struct pollfd *fds)
{
    bool reading = phase == ENDED || !clients_behind();
    fds[W_CONTROL] = watch(control, POLLIN);
    fds[W_LINK] = watch(link_fd, POLLIN);
    fds[W_CHILD] = watch(phase == ENDED || broken ? -1 : clone_pidfd(), POLLIN);
    fds[W_ORPHANS] = watch(reap_signals(), POLLIN);
    fds[W_OOM] = oom_watch();
    fds[W_LISTEN] = watch(clients_full() ? -1 : clients_listener(), POLLIN);
    fds[W_OUT] = watch(reading ? stdio_ends.out[0] : -1, POLLIN);
    fds[W_ERR] = watch(reading ? stdio_ends.out[1] : -1, POLLIN);
    fds[W_IN] = watch(stdin_waits(), POLLOUT);
    return W_CLIENTS + clients_poll(fds + W_CLIENTS);
}

/* One round; false when timeout_ms passed without anything to do. */
static bool round_once(int timeout_ms)
{
    struct pollfd fds[W_CLIENTS + CLIENT_POLLS * MON_CLIENTS_MAX];
    int count = fill(fds), n = poll(fds, (nfds_t)count, timeout_ms);
    if (n <= 0)
        return n < 0;
    clients_handle(fds + W_CLIENTS, count - W_CLIENTS);
    if (fds[W_LISTEN].revents)
        clients_accept();
    if (fds[W_LINK].revents)
        on_link();
    if (fds[W_CONTROL].revents)
        on_control();
    for (int i = 0; i < 2; i++)
        if (fds[W_OUT + i].revents)
            output_read(i);
    log_flush();
    if (fds[W_IN].revents)
        stdin_flush();
    if (fds[W_ORPHANS].revents)
        reap_orphans();
    if (fds[W_OOM].revents)
        on_oom();
    if (fds[W_CHILD].revents)
        on_child();
    return true;
}

/* What deep calls touched of the stack, below a margin for the call that gives it back. */
static void drop_stack(void)
{
    char here;
    uintptr_t top = ((uintptr_t)&here & ~(uintptr_t)(PAGE - 1)) - PAGE;
    madvise((void *)(top - STACK_DROPPED), STACK_DROPPED, MADV_DONTNEED);
}

static void give_back(void)
{
    buffers_drop(stdin_pending(), log_carried());
    clients_idle();
    drop_stack();
}

static void round_and_rest(void)
{
    if (round_once(rested && !buffers_used() ? -1 : IDLE_MS))
        return;
    give_back();
    rested = true;
}

int run_SYNC(const struct plan_step *step)
{
    (void)step;
    if (control < 0)
        return -ENOTCONN;
    created();
    while (!go && !broken && control >= 0)
        round_and_rest();
    if (go)
        return 0;
    return broken ? -ESRCH : -EPIPE;
}

static void let_child_go(void)
{
    int result = link_send(LINK_GO, -1);
    (void)result; /* a child that is dead already is told by the link's end */
    child_went = true;
}

int run_AWAIT_CHILD(const struct plan_step *step)
{
    (void)step;
    let_child_go();
    while (!arrived && !broken)
        round_and_rest();
    return arrived ? 0 : -ESRCH;
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000ll + now.tv_nsec / 1000000;
}

/* Reads on until both streams ended, or nothing more came and the time is over. */
static void drain(int64_t deadline)
{
    int64_t left;
    while (output_open() && (left = deadline - now_ms()) > 0)
        round_once((int)left);
    output_finish();
}

/* Clients that do not read hold nothing up for longer than the deadline. */
static void flush_clients(int64_t deadline)
{
    int64_t left;
    clients_end(false);
    while (clients_backlog() && (left = deadline - now_ms()) > 0) {
        round_once((int)left);
        clients_end(false);
    }
}

static void linger(void)
{
    while (clients_backlog() && round_once(LINGER_MS))
        clients_end(false);
    clients_end(true);
}

static int end(void)
{
    int64_t deadline = now_ms() + drain_ms;
    on_oom();
    bool oom = oom_happened();
    /* The file of a cgroup that is gone wakes for ever, and its end counts as a notice. */
    oom_forget();
    drain(deadline);
    int kept = record_exit(clone_child(), status, oom, started_ns, finished_ns);
    flush_clients(deadline);
    /* Without its record and without a daemon that hears it nobody would ever know the end. */
    while (kept < 0 && kept != -ENOENT && control < 0 && !clients_supervised()) {
        round_once(RECORD_AGAIN_MS);
        kept = record_exit(clone_child(), status, oom, started_ns, finished_ns);
    }
    struct mon_message message = {
        .type = MON_EXITED, .a = clone_child(), .b = status, .c = oom, .d = finished_ns};
    /* Who hears of the end may remove the directory: it is not touched any more. */
    record_close();
    clients_accept();
    tell(&message, NULL);
    if (control >= 0)
        close(control);
    control = -1;
    linger();
    return 0;
}

static void settle(void)
{
    /* The child has its own copies of all that; the monitor must not hold what the container owns. */
    slots_close();
    launch_drop_plan();
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    if (chdir("/") < 0)
        _exit(1);
}

int loop_run(void)
{
    let_child_go();
    settle();
    while (phase != ENDED && !broken) {
        round_and_rest();
        if (detach && phase == RUNNING)
            record_close();
        if (detach && (phase == CREATED || phase == RUNNING))
            return 0;
    }
    return broken ? loop_fail(&progress->at) : end();
}

/* Where the child broke off, whatever the launcher itself was doing. */
static struct failure childs_failure(void)
{
    struct failure failure = progress->at;
    if (progress->state != PROGRESS_FAILED) {
        failure.error = ESRCH;
        failure.text_length = 0;
    }
    return failure;
}

int loop_fail(const struct failure *failure)
{
    struct failure f = broken && child_went ? childs_failure() : *failure;
    if (clone_child() > 0) {
        if (!reap_is_done())
            syscall(SYS_pidfd_send_signal, clone_pidfd(), SIGKILL, NULL, 0);
        int how = reap_wait();
        if (f.error == ESRCH && !f.status)
            f.status = how;
    }
    record_fail(&f);
    struct mon_message message = failure_message(&f);
    record_close();
    clients_accept();
    tell(&message, f.text);
    clients_end(true);
    return 1;
}

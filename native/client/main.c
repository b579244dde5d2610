/*
 * sampan: the thin client. It passes argv, cwd, environment and descriptors 0-2 to the daemon, which
 * runs the command line in its name; forwards signals and window size; opens the files that the
 * daemon asks for, with the caller's rights. See client.h.
 */
#include "session.h"

#include "../include/client.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { STATUS_ENGINE = 125, INTERRUPTS_MAX = 3, OWN_FDS_FROM = 512 };

static const int FORWARDED[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGCONT, SIGWINCH};

static int watch_signals(sigset_t *before)
{
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < sizeof FORWARDED / sizeof *FORWARDED; i++)
        sigaddset(&set, FORWARDED[i]);
    sigprocmask(SIG_BLOCK, &set, before);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    return signalfd(-1, &set, SFD_CLOEXEC);
}

static void forward_signal(int sock, int signals)
{
    static int interrupts;
    struct signalfd_siginfo info;
    if (read(signals, &info, sizeof info) != sizeof info)
        return;
    if (info.ssi_signo == SIGCHLD) {
        reap_program(sock);
        return;
    }
    if (info.ssi_signo == SIGWINCH) {
        uint16_t size[2];
        terminal_size(&size[0], &size[1]);
        send_frame(sock, CLI_WINCH, size, sizeof size, -1);
        return;
    }
    int32_t number = info.ssi_signo;
    /* a daemon that hangs must not hold the caller */
    if ((number == SIGINT || number == SIGTERM) && ++interrupts > INTERRUPTS_MAX)
        fail(1, "the daemon does not answer: given up", "");
    send_frame(sock, CLI_SIGNAL, &number, sizeof number, -1);
}

/* The low numbers are the caller's: it may want to pass what it has open there to a container. */
static int out_of_the_way(int fd)
{
    int high = fcntl(fd, F_DUPFD_CLOEXEC, OWN_FDS_FROM);
    if (high < 0)
        return fd;
    close(fd);
    return high;
}

static void open_file(int sock, const unsigned char *data, uint32_t length)
{
    struct {
        uint32_t id;
        int32_t error;
    } answer = {0, EINVAL};
    int32_t flags;
    uint32_t mode;
    int fd = -1;
    memcpy(&answer.id, data, 4);
    memcpy(&flags, data + 4, 4);
    memcpy(&mode, data + 8, 4);
    char *path = strndup((const char *)data + 12, length - 12);
    if (path) {
        fd = open(path, flags | O_CLOEXEC, mode);
        answer.error = fd < 0 ? errno : 0;
        /* the daemon may look at what the caller has open as soon as it has the answer */
        if (fd >= 0)
            fd = out_of_the_way(fd);
    }
    send_frame(sock, CLI_OPENED, &answer, sizeof answer, fd);
    if (fd >= 0)
        close(fd);
    free(path);
}

static _Noreturn void die_of(int number, const sigset_t *before)
{
    terminal_restore();
    signal(number, SIG_DFL);
    sigset_t none = *before;
    sigdelset(&none, number);
    kill(getpid(), number);
    sigprocmask(SIG_SETMASK, &none, NULL);
    _exit(128 + number);
}

static int32_t number_of(const unsigned char *data, uint32_t length)
{
    int32_t number = STATUS_ENGINE;
    if (length >= sizeof number)
        memcpy(&number, data, sizeof number);
    return number;
}

/* One frame from the daemon. */
static void serve(int sock, const sigset_t *before)
{
    static unsigned char data[CLI_FRAME_MAX];
    uint32_t length = 0;
    int fds[CLI_FDS];
    switch (read_frame(sock, data, &length, fds)) {
    case CLI_EXIT:
        terminal_restore();
        await_launcher();
        exit(number_of(data, length));
    case CLI_RAW:
        terminal_raw(length ? data[0] : CLI_TERMINAL_AS_IT_WAS);
        break;
    case CLI_OPEN:
        if (length > 12)
            open_file(sock, data, length);
        break;
    case CLI_RUN:
        if (length > 4)
            spawn_program(sock, data, length, fds, before);
        break;
    case CLI_BECOME:
        sigprocmask(SIG_SETMASK, before, NULL);
        signal(SIGPIPE, SIG_DFL);
        become(data, length, fds);
    case CLI_LAUNCH:
        launch(data, length, fds);
        break;
    case CLI_DIE:
        die_of(number_of(data, length), before);
    case 0:
        fail(STATUS_ENGINE, "the daemon went away; containers run on, and `sampan attach` finds them again", "");
    default:
        fail(STATUS_ENGINE, "the daemon speaks a newer protocol: use the client that came with it", "");
    }
}

/* SCM_RIGHTS wants all three; a closed one becomes /dev/null. */
static void fill_standard_descriptors(void)
{
    int fd;
    do
        fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd < 3);
    if (fd >= 0)
        close(fd);
}

int main(int argc, char **argv)
{
    sigset_t before;
    if (argc < 1)
        return STATUS_ENGINE;
    fill_standard_descriptors();
    int sock = out_of_the_way(connect_daemon(argv[0]));
    int signals = out_of_the_way(watch_signals(&before));
    atexit(terminal_restore);
    send_request(sock, argc, argv);

    struct pollfd watched[2] = {{sock, POLLIN, 0}, {signals, POLLIN, 0}};
    for (;;) {
        if (poll(watched, 2, -1) < 0 && errno != EINTR)
            fail(STATUS_ENGINE, "poll", strerror(errno));
        if (watched[1].revents & POLLIN)
            forward_signal(sock, signals);
        if (watched[0].revents)
            serve(sock, &before);
    }
}

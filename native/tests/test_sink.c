#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "../launch/sink.h"
#include "check.h"

static char big[1 << 20];

/* Reads everything that is there and writes the backlog until both are dry. */
static size_t pump(struct sink *sink, int from, char *all, size_t room)
{
    size_t total = 0;
    for (int quiet = 0; quiet < 3;) {
        ssize_t n = recv(from, all + total, room - total, MSG_DONTWAIT);
        if (n < 0 && errno == ENOTSOCK)
            n = read(from, all + total, room - total);
        if (n > 0)
            total += (size_t)n;
        sink_flush(sink);
        quiet = n <= 0 && !sink->length ? quiet + 1 : 0;
    }
    return total;
}

static void keeps_order_over_a_socket(void)
{
    int ends[2];
    struct sink sink;
    static char all[3 << 20];
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    CHECK(sink_open(&sink, ends[0]));
    sink_put(&sink, "head", 4, big, sizeof big);
    CHECK(sink.length > 0);
    sink_put(&sink, "HEAD", 4, "tail", 4);
    size_t total = pump(&sink, ends[1], all, sizeof all);
    CHECK(total == sizeof big + 12);
    CHECK(!memcmp(all, "head", 4) && !memcmp(all + 4, big, sizeof big) && !memcmp(all + 4 + sizeof big, "HEADtail", 8));
    sink_trim(&sink);
    CHECK(!sink.buffer);
    close(ends[1]);
    sink_put(&sink, NULL, 0, "x", 1);
    CHECK(sink.error == EPIPE && sink.fd == -1);
    sink_put(&sink, NULL, 0, "x", 1);
    sink_close(&sink);
}

static void never_blocks_on_a_pipe(void)
{
    int ends[2];
    struct sink sink;
    static char all[3 << 20];
    CHECK(pipe(ends) == 0);
    CHECK(sink_open(&sink, dup(ends[1])));
    /* The pipe of the shell next to us keeps its own mode. */
    CHECK(!(fcntl(ends[1], F_GETFL) & O_NONBLOCK));
    sink_put(&sink, NULL, 0, big, sizeof big);
    CHECK(sink.length > 0);
    CHECK(fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0);
    CHECK(pump(&sink, ends[0], all, sizeof all) == sizeof big && !memcmp(all, big, sizeof big));
    sink_close(&sink);
    close(ends[0]);
    close(ends[1]);
}

static void appends_to_a_file(void)
{
    struct sink sink;
    int fd = open("file", O_CREAT | O_WRONLY, 0600);
    CHECK(write(fd, "before ", 7) == 7);
    CHECK(sink_open(&sink, fd));
    sink_put(&sink, NULL, 0, "after", 5);
    sink_close(&sink);
    char *text = read_file("file");
    CHECK_TEXT(text, "before after");
    free(text);
}

static void is_given_no_new_rights(void)
{
    struct sink sink;
    CHECK(!sink_open(&sink, open("file", O_RDONLY)));
    CHECK(!sink_open(&sink, open("file", O_PATH)));
    CHECK(!sink_open(&sink, open(".", O_RDONLY | O_DIRECTORY)));
    CHECK(!sink_open(&sink, -1));
    CHECK(sink.fd == -1);
    CHECK(mkfifo("fifo", 0600) == 0);
    int reader = open("fifo", O_RDONLY | O_NONBLOCK);
    CHECK(!sink_open(&sink, dup(reader)));
    close(reader);
}

static void has_a_limit(void)
{
    int ends[2];
    struct sink sink;
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    sink_borrow(&sink, ends[0]);
    for (unsigned i = 0; i < SINK_CAPACITY / sizeof big + 3 && !sink.error; i++)
        sink_put(&sink, "h", 1, big, sizeof big);
    CHECK(sink.error == ENOBUFS);
    /* Borrowed: still open. */
    CHECK(fcntl(ends[0], F_GETFD) >= 0);
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    for (size_t i = 0; i < sizeof big; i++)
        big[i] = (char)(i * 7 + i / 251);
    enter_fresh_directory();
    keeps_order_over_a_socket();
    never_blocks_on_a_pipe();
    appends_to_a_file();
    is_given_no_new_rights();
    has_a_limit();
    leave_fresh_directory();
    return check_result();
}

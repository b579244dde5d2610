/* The slots, the OOM counter and the feed of stdin, each on its own. */
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>

#include "../launch/buffers.h"
#include "../launch/oom.h"
#include "../launch/run.h"
#include "../launch/slots.h"
#include "../launch/stdin_feed.h"
#include "../launch/stdio_ends.h"
#include "check.h"

static bool is_open(int fd)
{
    return fcntl(fd, F_GETFD) >= 0;
}

static void slots(void)
{
    int a = open("/dev/null", O_RDONLY), b = open("/dev/null", O_RDONLY);
    CHECK(slot_get(3) == -1 && slot_get(-1) == -1 && slot_get(PLAN_CWD) == AT_FDCWD);
    slot_set(3, a);
    CHECK(slot_get(3) == a);
    slot_set(3, b);
    CHECK(slot_get(3) == b && !is_open(a));
    slot_set(-1, -1);
    slots_close();
    CHECK(slot_get(3) == -1 && !is_open(b));
}

static void counter(const char *text)
{
    int fd = open("counter", O_CREAT | O_TRUNC | O_WRONLY, 0600);
    CHECK(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    close(fd);
}

static int watch(const char *file, const char *key)
{
    struct plan_step step = {.code = OP_MON_OOM, .strs = {{file, (uint32_t)strlen(file)}, {key, (uint32_t)strlen(key)}, {"", 0}}};
    oom_forget();
    return run_MON_OOM(&step);
}

static void oom(void)
{
    CHECK(!oom_happened());
    counter("low 1\nhigh 2\noom 5\noom_kill 3\noom_group_kill 0\n");
    CHECK(watch("counter", "oom_kill") == 0);
    CHECK(!oom_happened());
    counter("low 1\nhigh 2\noom 9\noom_kill 3\noom_group_kill 7\n");
    CHECK(!oom_happened());
    counter("low 1\nhigh 2\noom 9\noom_kill 4");
    CHECK(oom_happened());
    CHECK(oom_count() == 1);
    counter("low 1\nhigh 2\noom 9\noom_kill 6");
    CHECK(oom_count() == 3 && oom_count() == 3);
    CHECK(watch("counter", "none") < 0);
    CHECK(watch("missing", "oom_kill") < 0);
    oom_forget();
}

static size_t drain(int fd)
{
    static char all[1 << 20];
    ssize_t n = read(fd, all, sizeof all);
    return n > 0 ? (size_t)n : 0;
}

static void feed(void)
{
    static char data[BUFFERS_READ];
    int ends[2];
    CHECK(pipe2(ends, O_NONBLOCK) == 0);
    fcntl(ends[1], F_SETPIPE_SZ, 4096);
    stdio_ends.mode = STDIO_PIPES;
    stdio_ends.in = ends[1];
    CHECK(stdin_ready() && stdin_waits() == -1);
    stdin_put(data, sizeof data);
    CHECK(!stdin_ready() && stdin_waits() == ends[1] && stdin_pending() == (int)sizeof data - 4096);
    /* Not to be fed once: the end of one client is no end of stdin. */
    stdin_over();
    size_t total = 0;
    for (int i = 0; i < 100 && total < sizeof data; i++) {
        total += drain(ends[0]);
        if (!stdin_ready())
            stdin_flush();
    }
    CHECK(total == sizeof data && stdin_ready() && is_open(ends[1]));
    stdio_ends.once = true;
    stdin_put(data, 8192);
    stdin_over();
    CHECK(is_open(ends[1]));
    stdin_put(data, 1);
    total = 0;
    while (stdin_waits() >= 0) {
        total += drain(ends[0]);
        stdin_flush();
    }
    total += drain(ends[0]);
    CHECK(total == 8192 && !is_open(ends[1]));
    stdin_put(data, 1);
    stdin_over();
    close(ends[0]);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    enter_fresh_directory();
    slots();
    oom();
    feed();
    leave_fresh_directory();
    return check_result();
}

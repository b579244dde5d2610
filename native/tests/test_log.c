#include <fcntl.h>
#include <sys/stat.h>

#include "../launch/buffers.h"
#include "../launch/log.h"
#include "../launch/run.h"
#include "check.h"

#define T0 1700000000000000000
#define AT "\"time\":\"2023-11-14T22:13:20Z\"}\n"

static void feed(int stream, const char *text, int64_t now)
{
    log_feed(stream, text, strlen(text), now);
}

static void fresh(int64_t max_bytes, int max_files, const char *attrs)
{
    log_close();
    if (system("rm -f log log.*"))
        abort();
    CHECK(log_open("log", attrs, max_bytes, max_files) == 0);
}

static void expect_file(const char *path, const char *want)
{
    char *got = read_file(path);
    CHECK_TEXT(got, want);
    free(got);
}

static void writes_lines(void)
{
    fresh(-1, 1, "");
    feed(0, "one\ntwo <&>\n\nthr", T0);
    feed(1, "error\n", T0 + 1);
    feed(0, "ee\n", T0 + 5);
    log_end(0);
    log_end(1);
    log_flush();
    expect_file("log", "{\"log\":\"one\\n\",\"stream\":\"stdout\"," AT
                       "{\"log\":\"two \\u003c\\u0026\\u003e\\n\",\"stream\":\"stdout\"," AT
                       "{\"log\":\"\\n\",\"stream\":\"stdout\"," AT
                       "{\"log\":\"error\\n\",\"stream\":\"stderr\",\"time\":\"2023-11-14T22:13:20.000000001Z\"}\n"
                       "{\"log\":\"three\\n\",\"stream\":\"stdout\"," AT);
}

static void ends_without_newline(void)
{
    fresh(-1, 1, "{\"label\":\"x\"}");
    feed(0, "prompt> ", T0);
    log_flush();
    expect_file("log", "");
    CHECK(log_carried()[0] == 8 && log_carried()[1] == 0);
    log_end(0);
    log_flush();
    CHECK(log_carried()[0] == 0);
    expect_file("log", "{\"log\":\"prompt\\u003e \",\"stream\":\"stdout\",\"attrs\":{\"label\":\"x\"}," AT);
}

static size_t count(const char *text, const char *what)
{
    size_t n = 0;
    for (const char *at = text; (at = strstr(at, what)); at++)
        n++;
    return n;
}

/* size bytes of x and a newline, fed in pieces: the parts of the line. */
static void splits(size_t size, size_t piece, size_t parts, size_t last)
{
    char *line = malloc(size + 1);
    memset(line, 'x', size);
    line[size] = '\n';
    fresh(-1, 1, "");
    int64_t now = T0;
    for (size_t at = 0; at < size + 1; at += piece, now += 1000000000)
        log_feed(0, line + at, at + piece > size + 1 ? size + 1 - at : piece, now);
    log_flush();
    char *got = read_file("log");
    CHECK(count(got, "\"log\":") == parts);
    CHECK(count(got, "\\n\"") == 1);
    CHECK(count(got, "x") == size);
    /* All parts say when the first began. */
    CHECK(count(got, AT) == parts);
    const char *end = strstr(got, "\\n\"");
    size_t tail = 0;
    while (end && end - tail > got && end[-1 - (long)tail] == 'x')
        tail++;
    CHECK(tail == last);
    free(got);
    free(line);
}

static void splits_long_lines(void)
{
    splits(16383, 70000, 1, 16383);
    splits(16384, 70000, 2, 0);
    splits(16385, 70000, 2, 1);
    splits(3 * 16384 + 10, 1000, 4, 10);
    splits(3 * 16384 + 10, 16384, 4, 10);
    splits(100000, 65536, 7, 100000 - 6 * 16384);
}

static void begins_anew_after_a_line(void)
{
    fresh(-1, 1, "");
    feed(0, "a", T0);
    feed(0, "\nb\n", T0 + 1000000000);
    log_flush();
    expect_file("log", "{\"log\":\"a\\n\",\"stream\":\"stdout\"," AT
                       "{\"log\":\"b\\n\",\"stream\":\"stdout\",\"time\":\"2023-11-14T22:13:21Z\"}\n");
}

static void many_short_lines(void)
{
    static char text[BUFFERS_READ];
    memset(text, '\n', sizeof text);
    fresh(-1, 1, "");
    log_feed(1, text, sizeof text, T0);
    log_flush();
    struct stat status;
    stat("log", &status);
    CHECK(status.st_size == (off_t)(sizeof text * strlen("{\"log\":\"\\n\",\"stream\":\"stderr\"," AT)));
}

static void line_number(char *to, int n)
{
    snprintf(to, 24, "line %03d\n", n);
}

static void rotates(void)
{
    char line[24];
    struct stat before, after;
    fresh(270, 3, "");
    stat("log", &before);
    for (int i = 0; i < 20; i++) {
        line_number(line, i);
        feed(0, line, T0);
        log_flush();
    }
    /* A line has 69 bytes: four of them fill 270, and 20 lines make five files, of which three stay. */
    char *now = read_file("log"), *one = read_file("log.1"), *two = read_file("log.2");
    CHECK(count(now, "\n") == 4 && strstr(now, "line 016") && strstr(now, "line 019"));
    CHECK(count(one, "\n") == 4 && strstr(one, "line 012") && strstr(one, "line 015"));
    CHECK(count(two, "\n") == 4 && strstr(two, "line 008") && strstr(two, "line 011"));
    CHECK(access("log.3", F_OK) != 0);
    stat("log.2", &after);
    CHECK(before.st_ino != after.st_ino);
    free(now);
    free(one);
    free(two);
}

/* The same in one batch: rotation happens between lines, not between writes. */
static void rotates_within_a_batch(void)
{
    char text[400] = "", line[16];
    for (int i = 0; i < 20; i++) {
        line_number(line, i);
        strcat(text, line);
    }
    fresh(270, 3, "");
    feed(0, text, T0);
    log_flush();
    char *now = read_file("log"), *one = read_file("log.1");
    CHECK(count(now, "\n") == 4 && strstr(now, "line 019"));
    CHECK(count(one, "\n") == 4 && strstr(one, "line 012"));
    free(now);
    free(one);
}

static void rotates_one_file(void)
{
    struct stat first, second;
    fresh(100, 1, "");
    stat("log", &first);
    feed(0, "a long line that fills the file\n", T0);
    log_flush();
    int follower = open("log", O_RDONLY);
    feed(0, "next\n", T0);
    log_flush();
    stat("log", &second);
    char old[256] = "";
    CHECK(read(follower, old, sizeof old - 1) > 0 && strstr(old, "long line"));
    close(follower);
    CHECK(access("log.1", F_OK) != 0);
    char *now = read_file("log");
    CHECK(count(now, "\n") == 1 || strstr(now, "next"));
    free(now);
}

static void counts_what_was_there(void)
{
    fresh(100, 2, "");
    feed(0, "something that is long enough to fill the whole file at once\n", T0);
    log_flush();
    log_close();
    CHECK(log_open("log", "", 100, 2) == 0);
    feed(0, "after\n", T0);
    log_flush();
    CHECK(access("log.1", F_OK) == 0);
}

static void reopens(void)
{
    fresh(-1, 1, "");
    feed(0, "before\n", T0);
    log_flush();
    CHECK(rename("log", "log.old") == 0);
    feed(0, "moved\n", T0);
    CHECK(log_reopen() == 0);
    feed(0, "after\n", T0);
    log_flush();
    char *old = read_file("log.old"), *now = read_file("log");
    CHECK(count(old, "\n") == 2 && strstr(old, "moved"));
    CHECK(count(now, "\n") == 1 && strstr(now, "after"));
    free(old);
    free(now);
}

static void keeps_carry_when_dropped(void)
{
    fresh(-1, 1, "");
    feed(0, "begun ", T0);
    feed(1, "x", T0);
    log_flush();
    CHECK(buffers_used());
    buffers_drop(0, log_carried());
    CHECK(!buffers_used());
    feed(0, "ended\n", T0);
    log_end(1);
    log_flush();
    buffers_drop(0, log_carried());
    expect_file("log", "{\"log\":\"begun ended\\n\",\"stream\":\"stdout\"," AT
                       "{\"log\":\"x\",\"stream\":\"stderr\"," AT);
}

static void survives_a_full_disk(void)
{
    log_close();
    CHECK(log_open("/dev/full", "", -1, 1) == 0);
    feed(0, "lost\n", T0);
    log_flush();
    feed(0, "lost as well\n", T0);
    log_flush();
}

static void refuses_what_it_cannot_open(void)
{
    log_close();
    CHECK(log_open("missing/log", "", -1, 1) < 0);
    CHECK(symlink("elsewhere", "link") == 0 && log_open("link", "", -1, 1) < 0);
    feed(0, "nowhere\n", T0);
    log_flush();
}

int main(void)
{
    enter_fresh_directory();
    writes_lines();
    ends_without_newline();
    splits_long_lines();
    begins_anew_after_a_line();
    many_short_lines();
    rotates();
    rotates_within_a_batch();
    rotates_one_file();
    counts_what_was_there();
    reopens();
    keeps_carry_when_dropped();
    survives_a_full_disk();
    refuses_what_it_cannot_open();
    leave_fresh_directory();
    return check_result();
}

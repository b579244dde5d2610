#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buffers.h"
#include "json.h"
#include "run.h"
#include "text.h"

#define ATTRS_MAX 8192
#define LINE_ROOM (JSON_GROWTH * LOG_LINE_MAX + ATTRS_MAX + 128)
#define FILE_MODE 0640

_Static_assert(LINE_ROOM < BUFFERS_LOG, "a line must fit the buffer");

static int file = -1;
static int max_files;
static int64_t max_bytes, size; /* of what is in the file */
static unsigned used;           /* of the buffer */
static unsigned carried[2];
static int64_t began[2]; /* when the first part of the current line came; 0 between lines */
static int64_t stamp;    /* the time that stamp_text says */
static char stamp_text[JSON_TIME_MAX];
static unsigned stamp_length;
static char path[PLAN_PATH_MAX];
static char attrs[ATTRS_MAX + 1];

static int open_file(void)
{
    struct stat status;
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, FILE_MODE);
    if (fd < 0)
        return -errno;
    size = fstat(fd, &status) == 0 ? status.st_size : 0;
    return fd;
}

int log_open(const char *to, const char *more, int64_t bytes, int files)
{
    if (strlen(to) >= sizeof path || strlen(more) > ATTRS_MAX)
        return -ENAMETOOLONG;
    strcpy(path, to);
    strcpy(attrs, more);
    max_bytes = bytes;
    max_files = files;
    file = open_file();
    return file < 0 ? file : 0;
}

int run_MON_LOG(const struct plan_step *step)
{
    return log_open(step->strs[0].bytes, step->strs[1].bytes, step->ints[0], (int)step->ints[1]);
}

int log_reopen(void)
{
    if (file < 0)
        return 0;
    log_flush();
    int fd = open_file();
    if (fd < 0)
        return fd;
    close(file);
    file = fd;
    return 0;
}

void log_close(void)
{
    if (file >= 0)
        close(file);
    file = -1;
}

static char *numbered(char *to, int number)
{
    char *at = stpcpy(to, path);
    if (number) {
        *at++ = '.';
        text_number(at, number);
    }
    return to;
}

static void rotate(void)
{
    char from[PLAN_PATH_MAX + TEXT_NUMBER_MAX + 1], to[PLAN_PATH_MAX + TEXT_NUMBER_MAX + 1];
    if (max_files == 1)
        unlink(path);
    for (int i = max_files - 1; i > 0; i--)
        rename(numbered(from, i - 1), numbered(to, i));
    int fd = open_file();
    if (fd < 0) {
        /* The renamed file goes on being written: better a file that is too long than a lost line. */
        size = 0;
        return;
    }
    close(file);
    file = fd;
}

void log_flush(void)
{
    struct buffers *b = used ? buffers_get() : NULL;
    unsigned done = 0;
    while (b && file >= 0 && done < used) {
        ssize_t n = write(file, b->log + done, used - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            /* A full disk must not hurt the container: this batch is lost, but no half line stays. */
            if (done && ftruncate(file, size) < 0)
                size += done;
            used = 0;
            return;
        }
        done += (unsigned)n;
    }
    size += done;
    used = 0;
}

static char *put(char *to, const char *text)
{
    return stpcpy(to, text);
}

static void emit(int stream, const char *bytes, size_t count, bool whole)
{
    struct buffers *b = buffers_get();
    if (!b)
        return;
    if (max_bytes > 0 && size + used >= max_bytes) {
        log_flush();
        if (size >= max_bytes)
            rotate();
    }
    if (used + LINE_ROOM > BUFFERS_LOG)
        log_flush();
    if (!stamp_length || stamp != began[stream]) {
        stamp = began[stream];
        stamp_length = (unsigned)(json_time(stamp_text, stamp) - stamp_text);
    }
    char *at = put(b->log + used, "{\"log\":\"");
    at = json_escape(at, bytes, count);
    if (whole)
        at = put(at, "\\n");
    at = put(at, stream ? "\",\"stream\":\"stderr\"" : "\",\"stream\":\"stdout\"");
    if (attrs[0])
        at = put(put(at, ",\"attrs\":"), attrs);
    at = put(at, ",\"time\":\"");
    memcpy(at, stamp_text, stamp_length);
    at = put(at + stamp_length, "\"}\n");
    used = (unsigned)(at - b->log);
}

/* Puts bytes behind the begun line, or hands them on as they are when there is none. */
static const char *join(int stream, const char *bytes, size_t count)
{
    if (!carried[stream])
        return bytes;
    char *line = buffers_get()->carry[stream];
    memcpy(line + carried[stream], bytes, count);
    return line;
}

void log_feed(int stream, const char *bytes, size_t count, int64_t now)
{
    if (file < 0 || !buffers_get())
        return;
    while (count) {
        size_t room = LOG_LINE_MAX - carried[stream], look = count < room ? count : room;
        const char *newline = memchr(bytes, '\n', look);
        size_t part = newline ? (size_t)(newline - bytes) : look;
        if (!began[stream])
            began[stream] = now;
        if (newline || part == room) {
            const char *line = join(stream, bytes, part);
            emit(stream, line, carried[stream] + part, newline);
            carried[stream] = 0;
            if (newline)
                began[stream] = 0;
        } else {
            memcpy(buffers_get()->carry[stream] + carried[stream], bytes, part);
            carried[stream] += (unsigned)part;
        }
        part += newline ? 1 : 0;
        bytes += part;
        count -= part;
    }
}

void log_end(int stream)
{
    if (carried[stream])
        emit(stream, buffers_get()->carry[stream], carried[stream], false);
    carried[stream] = 0;
    began[stream] = 0;
}

const unsigned *log_carried(void)
{
    return carried;
}

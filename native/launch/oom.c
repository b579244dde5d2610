#include "oom.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "run.h"
#include "text.h"

static int file = -1, notices = -1;
static char key[32];
static int64_t before, noticed;

/* The number behind the key in a file of "key number" lines; -1 where there is none. */
static int64_t counter(void)
{
    char text[1024];
    ssize_t n = pread(file, text, sizeof text, 0);
    size_t length = strlen(key);
    for (char *line = text, *end = text + (n > 0 ? n : 0); line < end;) {
        char *stop = memchr(line, '\n', (size_t)(end - line));
        if (!stop)
            stop = end;
        if ((size_t)(stop - line) > length && !memcmp(line, key, length) && line[length] == ' ')
            return text_parse(line + length + 1, stop);
        line = stop + 1;
    }
    return -1;
}

/* Version 1: the kernel adds to an eventfd whenever it looks for a process to kill. */
static int ask_for_notices(const char *control)
{
    char request[2 * TEXT_NUMBER_MAX], *at;
    int error = 0, to = open(control, O_WRONLY | O_CLOEXEC);
    if (to < 0)
        return -errno;
    notices = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    at = text_number(request, notices);
    *at++ = ' ';
    at = text_number(at, file);
    if (notices < 0 || write(to, request, (size_t)(at - request)) < 0)
        error = -errno;
    close(to);
    return error;
}

int run_MON_OOM(const struct plan_step *step)
{
    file = open(step->strs[0].bytes, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return -errno;
    strcpy(key, step->strs[1].bytes);
    before = counter();
    if (before < 0)
        return -ENOKEY;
    return step->strs[2].length ? ask_for_notices(step->strs[2].bytes) : 0;
}

bool oom_happened(void)
{
    return file >= 0 && counter() > before;
}

struct pollfd oom_watch(void)
{
    return notices >= 0 ? (struct pollfd){.fd = notices, .events = POLLIN} : (struct pollfd){.fd = file, .events = POLLPRI};
}

int64_t oom_count(void)
{
    uint64_t more;
    if (notices >= 0)
        return read(notices, &more, sizeof more) == sizeof more ? noticed += (int64_t)more : noticed;
    int64_t now = file >= 0 ? counter() : -1;
    return noticed = now - before > noticed ? now - before : noticed;
}

void oom_forget(void)
{
    if (file >= 0)
        close(file);
    if (notices >= 0)
        close(notices);
    file = notices = -1;
    noticed = 0;
}

#include "oom.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "run.h"
#include "text.h"

static int file = -1;
static char key[32];
static int64_t before;

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

int run_MON_OOM(const struct plan_step *step)
{
    file = open(step->strs[0].bytes, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return -errno;
    strcpy(key, step->strs[1].bytes);
    before = counter();
    return before < 0 ? -ENOKEY : 0;
}

bool oom_happened(void)
{
    return file >= 0 && counter() > before;
}

void oom_forget(void)
{
    if (file >= 0)
        close(file);
    file = -1;
}

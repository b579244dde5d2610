/* The caller's terminal: raw while the daemon asks for it, as it was in every way out. */
#include "session.h"

#include "../include/client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

static struct termios saved;
static int is_raw;

void terminal_raw(int mode)
{
    if (mode == CLI_TERMINAL_AS_IT_WAS) {
        terminal_restore();
        return;
    }
    if (is_raw || tcgetattr(0, &saved) < 0)
        return;
    struct termios raw = saved;
    cfmakeraw(&raw);
    if (mode == CLI_TERMINAL_RAW_INPUT)
        raw.c_oflag = saved.c_oflag;
    if (tcsetattr(0, TCSANOW, &raw) == 0)
        is_raw = 1;
}

void terminal_restore(void)
{
    if (is_raw)
        tcsetattr(0, TCSANOW, &saved);
    is_raw = 0;
}

void terminal_size(uint16_t *rows, uint16_t *cols)
{
    struct winsize size;
    *rows = *cols = 0;
    for (int fd = 0; fd < 3; fd++)
        if (ioctl(fd, TIOCGWINSZ, &size) == 0) {
            *rows = size.ws_row;
            *cols = size.ws_col;
            return;
        }
}

_Noreturn void fail(int status, const char *what, const char *subject)
{
    terminal_restore();
    dprintf(2, "sampan: %s%s%s\n", what, *subject ? ": " : "", subject);
    exit(status);
}

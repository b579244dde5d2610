/* The process's standard input, fed by any number of clients; what it does not take at once waits here. */
#ifndef SAMPAN_STDIN_FEED_H
#define SAMPAN_STDIN_FEED_H
#include <stdbool.h>
#include <stddef.h>

/* Whether more may be put: the process has a stdin, and nothing waits. */
bool stdin_ready(void);

/* At most BUFFERS_READ + PLAN_KEYS_MAX bytes, only when ready or closed; bytes for a closed stdin vanish. */
void stdin_put(const char *bytes, size_t size);

/* A client's input is over: closes stdin if it was to be fed once, after what waits. Never a pty. */
void stdin_over(void);

/* The descriptor to poll for writing, -1 when nothing waits; then what to do. */
int stdin_waits(void);
void stdin_flush(void);
int stdin_pending(void);
void stdin_close(void);

#endif

/* The ends of the monitor's children: the container's process, and orphans with MON_SUBREAPER. */
#ifndef SAMPAN_REAP_H
#define SAMPAN_REAP_H
#include <stdbool.h>

/* True once the child ended; then *status is wait(2)'s. */
bool reap_child(int *status);
bool reap_is_done(void);

/* Waits for the end of the child. */
int reap_wait(void);

/* A signalfd to poll, or -1; then what to do. */
int reap_signals(void);
void reap_orphans(void);

/* In the child: its own signals again. */
void reap_forget(void);

#endif

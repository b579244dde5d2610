/*
 * What launcher and child tell each other before the container's program runs.
 *
 * A page that both map says where the child is and how it failed: storing there needs no system
 * call, so it works under every seccomp program, and after a sudden death it still tells the step.
 * A SEQPACKET pair, the link, carries what must wake the other: GO, CREATED, START, the pty.
 * Its end of file in the launcher means that the child is over: it became its program, or it died.
 */
#ifndef SAMPAN_PROGRESS_H
#define SAMPAN_PROGRESS_H
#include "run.h"

enum link_message {
    LINK_GO = 'G',      /* launcher: the parent's steps are done, or wait in AWAIT_CHILD */
    LINK_HERE = 'H',    /* child: waits in AWAIT_PARENT */
    LINK_START = 'S',   /* launcher: leave WAIT_START */
    LINK_CREATED = 'C', /* child: waits in WAIT_START */
    LINK_CONSOLE = 'M', /* child: the pty's master, with SCM_RIGHTS */
};

enum progress_state { PROGRESS_STEPS, PROGRESS_FAILED, PROGRESS_EXEC };

struct progress {
    uint32_t state;   /* enum progress_state */
    int32_t host_pid; /* the child's pid where the launcher lives */
    struct failure at;
};

extern struct progress *progress; /* shared; unmapped once the program runs */
extern int link_fd;               /* each side's own end, -1 once closed */

/* Makes page and pair; *child_end is the child's end. 0 or a negative errno. */
int progress_open(int *child_end);
void progress_close(void);

/* The child is about to run this step. */
void progress_step(const struct plan_step *step);

int link_send(enum link_message message, int fd);

/* The message, 0 when the other side is gone, or a negative errno; *fd is -1 or a descriptor. */
int link_receive(int *fd, bool wait);

#endif

/* The process's standard input and output: the child's ends and the monitor's ends. */
#ifndef SAMPAN_STDIO_ENDS_H
#define SAMPAN_STDIO_ENDS_H
#include <stdbool.h>
#include <stdint.h>

struct stdio_ends {
    uint8_t mode;   /* enum plan_stdio */
    bool wants_in;  /* the process's stdin is open */
    bool once;      /* MON_STDIN_ONCE */
    int64_t uid, gid;
    int in;         /* the monitor's: write end of stdin, or -1 */
    int out[2];     /* the monitor's: read ends of stdout and stderr; out[0] is the pty's master; -1 closed */
    int console;    /* where the master is sent instead, or -1 */
};

extern struct stdio_ends stdio_ends;

/* In the launcher before the clone: makes the pipes of STDIO_PIPES. 0 or a negative errno. */
int stdio_open(void);

/* In the launcher after the clone: closes the child's ends. */
void stdio_keep_own(void);

/* In the child: closes the monitor's ends; later, right before exec, makes its own ends 0, 1 and 2. */
void stdio_forget(void);
int stdio_install(void);

#endif

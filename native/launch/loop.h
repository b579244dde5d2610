/*
 * The monitor: one poll loop from the clone to the end of the task.
 *
 *   SETUP    the child runs its plan           -> CREATED by WAIT_START, RUNNING by exec, or failed
 *   CREATED  the child waits for START         -> RUNNING, or failed
 *   RUNNING  the container's program runs      -> ENDED when it is reaped
 *   ENDED    the rest of the output is read and logged, then the exit recorded and told
 */
#ifndef SAMPAN_LOOP_H
#define SAMPAN_LOOP_H
#include <stdbool.h>

#include "../include/monitor.h"
#include "run.h"

/* The child, right after the clone: closes what only the monitor needs. */
void loop_forget(void);

/* The launcher's own part of the plan is done (or the plan cannot go on). Run once in the launcher. */
void loop_adopt(int control);

/* The child may run its steps; stays until the task is over. The launcher's exit status. */
int loop_run(void);

/* Ends a launch that failed: kills the child, tells everybody. The launcher's exit status. */
int loop_fail(const struct failure *failure);

/* For clients. */
void loop_resize(unsigned rows, unsigned cols);
void loop_start(void);
struct mon_message loop_state(void);
struct mon_message loop_oom(void);
void loop_tell_daemon(const struct mon_message *message, const char *text);

#endif

/* The files in the task's directory: each written aside and renamed, so that a reader sees all or nothing. */
#ifndef SAMPAN_RECORD_H
#define SAMPAN_RECORD_H
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "run.h"

/* CLOCK_REALTIME in nanoseconds. */
int64_t record_now(void);

/* Without MON_DIR all of these do nothing. */
void record_pid(pid_t pid, int64_t started_ns);
int record_exit(pid_t pid, int status, bool oom, int64_t started_ns, int64_t finished_ns);
void record_fail(const struct failure *failure);

/* The task is over: removes attach.sock, closes the directory. */
void record_close(void);

#endif

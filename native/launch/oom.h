#ifndef SAMPAN_OOM_H
#define SAMPAN_OOM_H
#include <stdbool.h>

#include <poll.h>
#include <stdint.h>

/* Whether MON_OOM's counter grew since the plan named it. */
bool oom_happened(void);

/* Wakes when the kernel ran out of the cgroup's memory; then oom_count is to be called. */
struct pollfd oom_watch(void);

/* How often that was seen so far: v1 counts what the kernel tells just before it kills, v2 the kills. */
int64_t oom_count(void);

void oom_forget(void);

#endif

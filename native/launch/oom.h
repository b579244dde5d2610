#ifndef SAMPAN_OOM_H
#define SAMPAN_OOM_H
#include <stdbool.h>

/* Whether MON_OOM's counter grew since the plan named it. */
bool oom_happened(void);

void oom_forget(void);

#endif

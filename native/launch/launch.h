#ifndef SAMPAN_LAUNCH_H
#define SAMPAN_LAUNCH_H
#include "plan_read.h"

extern struct plan launch_plan;

/* The monitor needs it no more; its environment may hold secrets. */
void launch_drop_plan(void);

#endif

/* The plan of this launch. */
#ifndef SAMPAN_LAUNCH_H
#define SAMPAN_LAUNCH_H
#include "plan_read.h"

extern struct plan launch_plan;

/* Reads the plan from descriptor 3 and closes that. False when it is none. */
bool launch_read_plan(struct plan_refusal *refusal);

/* The monitor needs it no more; its environment may hold secrets. */
void launch_drop_plan(void);

#endif

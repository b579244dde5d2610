/*
 * Runs the steps of a stage. Every executor has the same form: it returns 0 or a negative errno,
 * and never prints, allocates for long, or decides anything that the plan does not say.
 */
#ifndef SAMPAN_RUN_H
#define SAMPAN_RUN_H
#include "../include/monitor.h"
#include "plan_read.h"

#define X(name, code, ints, strs) int run_##name(const struct plan_step *step);
PLAN_OPS(X)
#undef X

/* How a step failed. The status is wait(2)'s of a hook, or of a child that died in the step; else 0. */
struct failure {
    uint16_t step, code;
    uint8_t stage;
    int32_t error, status;
    uint32_t text_length;
    char text[2048];
};

/* The message FAILED about it; its text is the failure's. */
struct mon_message failure_message(const struct failure *failure);

/* Runs the steps at the cursor that belong to the stage. On the first failure fills *failure, returns false. */
bool run_stage(const struct plan *plan, struct plan_cursor *cursor, enum plan_stage stage, struct failure *failure);

/* An executor that knows more than its errno adds it to the failure that it is about to return. */
void run_detail(int status, const char *text, uint32_t length);

#endif

/*
 * The reader of launch plans. It checks a whole plan before its first step runs, so that executors
 * may trust what they get: counts, kinds and ranges of arguments, order of stages, slots that were
 * filled before they are used. It neither allocates nor calls the kernel, and it is fuzzed alone.
 */
#ifndef SAMPAN_PLAN_READ_H
#define SAMPAN_PLAN_READ_H
#include <stdbool.h>
#include <stddef.h>

#include "../include/plan.h"

#define PLAN_INTS_MAX 7
#define PLAN_STRS_MAX 4
#define PLAN_CODE_END 128
#define PLAN_PATH_MAX 4096

struct plan_str {
    const char *bytes; /* always followed by a NUL */
    uint32_t length;
};

struct plan_step {
    uint16_t code, index;
    uint8_t stage, flags;
    int64_t ints[PLAN_INTS_MAX];
    struct plan_str strs[PLAN_STRS_MAX];
};

struct plan {
    const unsigned char *bytes;
    uint32_t size, fd_count;
    uint16_t op_count;
    uint64_t clone_flags;
    uint64_t seen[2]; /* bit set of the codes that occur */
};

/* Why a plan was refused. */
struct plan_refusal {
    uint16_t step, code;
    uint8_t stage;
    const char *why;
};

struct plan_cursor {
    uint32_t offset;
    uint16_t index;
};

/* True when the size bytes are a plan; then *plan is filled and keeps pointing to them. */
bool plan_check(const unsigned char *bytes, size_t size, struct plan *plan, struct plan_refusal *refusal);

/* The steps of a checked plan one after the other, from a cursor that starts as zeros. */
bool plan_next(const struct plan *plan, struct plan_cursor *cursor, struct plan_step *step);

bool plan_has(const struct plan *plan, enum plan_op code);

/* The position among a step's ints of its first input slot, or -1; and of its output slot. */
int plan_input_slot(uint16_t code);
int plan_output_slot(uint16_t code);

/* The path that a failure of this step names: its first string that is one, else "". */
struct plan_str plan_step_path(const struct plan_step *step);

#endif

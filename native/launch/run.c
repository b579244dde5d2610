#include "run.h"

#include <errno.h>
#include <string.h>

#include "progress.h"
#include "slots.h"

typedef int (*executor)(const struct plan_step *step);

static const executor executors[PLAN_CODE_END] = {
#define X(name, code, ints, strs) [code] = run_##name,
    PLAN_OPS(X)
#undef X
};

static struct {
    int status;
    const char *text;
    uint32_t length;
} detail;

void run_detail(int status, const char *text, uint32_t length)
{
    detail.status = status;
    detail.text = text;
    detail.length = length;
}

static int run_step(const struct plan_step *step)
{
    int in = plan_input_slot(step->code), out = plan_output_slot(step->code);
    if (step->flags & OPF_SKIP_IF_CLOSED && in >= 0 && slot_get(step->ints[in]) == -1)
        return 0;
    int result = executors[step->code](step);
    if (result == 0)
        return 0;
    if (out >= 0)
        slot_set(step->ints[out], -1);
    if (step->flags & OPF_IGNORE_ERROR)
        return 0;
    if (step->flags & OPF_IGNORE_ENOENT && (result == -ENOENT || result == -ENOTDIR))
        return 0;
    return result;
}

static void append(struct failure *failure, const char *bytes, uint32_t length)
{
    uint32_t room = (uint32_t)sizeof failure->text - failure->text_length;
    if (length > room)
        length = room;
    memcpy(failure->text + failure->text_length, bytes, length);
    failure->text_length += length;
}

static void describe(const struct plan_step *step, int error, struct failure *failure)
{
    struct plan_str path = plan_step_path(step);
    failure->step = step->index;
    failure->code = step->code;
    failure->stage = step->stage;
    failure->error = error;
    failure->status = detail.status;
    failure->text_length = 0;
    append(failure, path.bytes, path.length);
    if (detail.length) {
        append(failure, "", 1);
        append(failure, detail.text, detail.length);
    }
}

struct mon_message failure_message(const struct failure *failure)
{
    return (struct mon_message){.type = MON_FAILED,
                                .text_length = failure->text_length,
                                .a = failure->step,
                                .b = failure->error,
                                .c = failure->code | (int64_t)failure->stage << 16,
                                .d = failure->status};
}

bool run_stage(const struct plan *plan, struct plan_cursor *cursor, enum plan_stage stage, struct failure *failure)
{
    struct plan_step step;
    for (struct plan_cursor at = *cursor; plan_next(plan, &at, &step) && step.stage == stage; *cursor = at) {
        if (stage == STAGE_CHILD)
            progress_step(&step);
        /* CLONE returns in the launcher only, where its stage is over: the child has its own cursor. */
        if (step.code == OP_CLONE)
            *cursor = at;
        int result = run_step(&step);
        if (result < 0) {
            describe(&step, -result, failure);
            return false;
        }
        run_detail(0, NULL, 0);
    }
    return true;
}

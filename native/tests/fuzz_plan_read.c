/*
 * Feeds the reader of plans. With libFuzzer (make fuzz), or, built with REPLAY, over the files that
 * are named as arguments.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../launch/plan_read.h"

static void must(int condition)
{
    if (!condition)
        abort();
}

/* What executors rely on: everything lies within the plan, and every string is followed by a NUL. */
static void use(const struct plan *plan)
{
    struct plan_cursor cursor = {0};
    struct plan_step step;
    unsigned count = 0, last = 0;
    const char *from = (const char *)plan->bytes, *end = from + plan->size;
    for (; plan_next(plan, &cursor, &step); count++) {
        must(step.stage >= last && step.index == count);
        last = step.stage;
        for (int i = 0; i < PLAN_STRS_MAX; i++) {
            struct plan_str s = step.strs[i];
            if (!s.bytes)
                continue;
            must(s.bytes >= from && s.length < plan->size && s.bytes + s.length < end);
            must(!s.bytes[s.length]);
        }
        int in = plan_input_slot(step.code), out = plan_output_slot(step.code);
        must(in < 0 || (step.ints[in] < PLAN_SLOTS_MAX && step.ints[in] >= PLAN_CWD));
        must(out < 0 || (step.ints[out] < PLAN_SLOTS_MAX && step.ints[out] >= -1));
        must(strlen(plan_step_path(&step).bytes) == plan_step_path(&step).length);
    }
    must(count == plan->op_count && plan_has(plan, OP_CLONE));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct plan plan;
    struct plan_refusal refusal = {0};
    if (plan_check(data, size, &plan, &refusal))
        use(&plan);
    else
        must(refusal.why && refusal.why[0]);
    return 0;
}

#ifdef REPLAY
int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        FILE *f = fopen(argv[i], "rbe");
        if (!f)
            return 1;
        fseek(f, 0, SEEK_END);
        size_t size = (size_t)ftell(f);
        rewind(f);
        /* Exactly as large as the input, so that the sanitizer sees a byte too far. */
        uint8_t *data = malloc(size ? size : 1);
        if (fread(data, 1, size, f) != size)
            return 1;
        fclose(f);
        LLVMFuzzerTestOneInput(data, size);
        free(data);
    }
    printf("replayed %d inputs\n", argc - 1);
    return 0;
}
#else
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

/* Most mutations would end at the header, which states the size: it is put right again, mostly. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    size = LLVMFuzzerMutate(data, size, max_size);
    if (size >= 16 && seed % 16) {
        uint32_t head[3] = {PLAN_MAGIC, PLAN_VERSION, (uint32_t)size};
        memcpy(data, head, 4);
        memcpy(data + 4, head + 1, 2);
        memcpy(data + 8, head + 2, 4);
    }
    return size;
}
#endif

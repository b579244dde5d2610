/*
 * The monitor's large buffers, in one mapping that is made when the first byte flows and whose pages
 * go back to the kernel when nothing flows any more: an idle monitor owns none of them.
 */
#ifndef SAMPAN_BUFFERS_H
#define SAMPAN_BUFFERS_H
#include <stdbool.h>

#include "../include/plan.h"

#define BUFFERS_READ (64u << 10)
#define BUFFERS_LOG (256u << 10)
#define LOG_LINE_MAX (16u << 10)

struct buffers {
    char pending[BUFFERS_READ + PLAN_KEYS_MAX]; /* stdin that the process has not taken yet */
    char carry[2][LOG_LINE_MAX]; /* begun lines of stdout and stderr */
    /* What follows holds nothing between two rounds. */
    char held[PLAN_KEYS_MAX];    /* room in front of read for detach keys that turned out to be text */
    char read[BUFFERS_READ];
    char log[BUFFERS_LOG];
};

/* The buffers, NULL when memory is short. */
struct buffers *buffers_get(void);

/* Whether they were used since they were dropped. */
bool buffers_used(void);

/* Gives pages back; what still holds something stays. */
void buffers_drop(int pending_length, const unsigned carry_lengths[2]);

#endif

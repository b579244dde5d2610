/* The plan's descriptors by slot number. Every one of them is close-on-exec. */
#ifndef SAMPAN_SLOTS_H
#define SAMPAN_SLOTS_H
#include <stdbool.h>
#include <stdint.h>

/* Descriptors 5 .. 5 + count - 1 become slots 0 .. count - 1; a closed one leaves its slot closed. */
void slots_adopt(uint32_t count);

/* The descriptor in a slot, AT_FDCWD for PLAN_CWD, -1 for -1 or a closed slot. */
int slot_get(int64_t slot);

/* Puts fd into the slot, closing what was there; with slot -1 the descriptor itself is closed. */
void slot_set(int64_t slot, int fd);

void slots_close(void);

/* Closes every descriptor of this process from first on, on kernels without close_range(2) up to a bound. */
void slots_close_from(int first);

#endif

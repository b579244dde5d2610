#include "slots.h"

#include <fcntl.h>
#include <unistd.h>

#include "../include/plan.h"
#include "kernel.h"

#define SLOTS_FIRST_FD 5
#define WITHOUT_CLOSE_RANGE 4096

/* Kept as fd + 1, so that the table needs no pages of its own before it is used. */
static int slots[PLAN_SLOTS_MAX];

void slots_adopt(uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (fcntl(SLOTS_FIRST_FD + (int)i, F_SETFD, FD_CLOEXEC) == 0)
            slots[i] = SLOTS_FIRST_FD + (int)i + 1;
}

int slot_get(int64_t slot)
{
    if (slot == PLAN_CWD)
        return AT_FDCWD;
    return slot < 0 ? -1 : slots[slot] - 1;
}

void slot_set(int64_t slot, int fd)
{
    if (slot < 0) {
        if (fd >= 0)
            close(fd);
        return;
    }
    if (slots[slot] > 0)
        close(slots[slot] - 1);
    slots[slot] = fd + 1;
}

void slots_close(void)
{
    for (int i = 0; i < PLAN_SLOTS_MAX; i++)
        if (slots[i] > 0)
            slot_set(i, -1);
}

void slots_close_from(int first)
{
    if (k_close_range((unsigned)first, ~0u, 0) == 0)
        return;
    for (int fd = first; fd < WITHOUT_CLOSE_RANGE; fd++)
        close(fd);
}

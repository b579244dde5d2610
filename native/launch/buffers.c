#include "buffers.h"

#include <stddef.h>
#include <sys/mman.h>

static struct buffers *buffers;
static bool used;

bool buffers_used(void)
{
    return used;
}

struct buffers *buffers_get(void)
{
    if (!buffers) {
        void *p = mmap(NULL, sizeof *buffers, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (p == MAP_FAILED)
            return NULL;
        buffers = p;
    }
    used = true;
    return buffers;
}

void buffers_drop(int pending_length, const unsigned carry_lengths[2])
{
    used = false;
    if (!buffers)
        return;
    if (!pending_length && !carry_lengths[0] && !carry_lengths[1]) {
        munmap(buffers, sizeof *buffers);
        buffers = NULL;
        return;
    }
    size_t from = (offsetof(struct buffers, read) + 4095) & ~(size_t)4095;
    madvise((char *)buffers + from, (sizeof *buffers - from) & ~(size_t)4095, MADV_DONTNEED);
}

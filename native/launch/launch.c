#include "launch.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#define PLAN_FD 3

struct plan launch_plan;
static void *mapped;
static size_t mapped_size;

void launch_drop_plan(void)
{
    munmap(mapped, mapped_size);
    launch_plan = (struct plan){0};
}

/*
 * Copies the plan: what was checked must be what runs, whoever else holds the descriptor. The copy
 * grows with what is read, so that a short plan takes few pages.
 */
bool launch_read_plan(struct plan_refusal *refusal)
{
    size_t size = 0;
    mapped_size = PLAN_SIZE_MAX + 1;
    mapped = mmap(NULL, mapped_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapped == MAP_FAILED) {
        *refusal = (struct plan_refusal){.why = "no memory for the plan"};
        return false;
    }
    lseek(PLAN_FD, 0, SEEK_SET);
    while (size < mapped_size) {
        ssize_t n = read(PLAN_FD, (char *)mapped + size, mapped_size - size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        size += (size_t)n;
    }
    close(PLAN_FD);
    return plan_check(mapped, size, &launch_plan, refusal);
}

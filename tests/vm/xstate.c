/*
 * Preloaded into user-mode Linux where the processor's register state is larger than that kernel knows (6.1: up to
 * AVX-512; the tiles of AMX come on top). The host takes a register set only whole (NT_X86_XSTATE, ptrace(2)), so
 * the kernel's part is completed here: what it does not know stays in its initial state.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

enum { STATE_MAX = 1 << 16, COMPONENTS_AT = 512, FIRST_OF_AMX = 17 };

static long whole(long (*real)(int, ...), void *pid, void *type, struct iovec *part) {
    static unsigned char state[STATE_MAX];
    struct iovec all = {state, sizeof state};
    if (real(PTRACE_GETREGSET, pid, type, &all) < 0) return -1;
    if (part->iov_len > all.iov_len) {
        errno = EINVAL;
        return -1;
    }
    memcpy(state, part->iov_base, part->iov_len);
    uint64_t present;
    memcpy(&present, state + COMPONENTS_AT, sizeof present);
    present &= (1u << FIRST_OF_AMX) - 1;
    memcpy(state + COMPONENTS_AT, &present, sizeof present);
    return real(PTRACE_SETREGSET, pid, type, &all);
}

long ptrace(enum __ptrace_request request, ...) {
    static long (*real)(int, ...);
    if (!real) *(void **)&real = dlsym(RTLD_NEXT, "ptrace");
    va_list list;
    va_start(list, request);
    void *pid = (void *)(intptr_t)va_arg(list, int), *address = va_arg(list, void *), *data = va_arg(list, void *);
    va_end(list);
    long result = real(request, pid, address, data);
    if (result < 0 && errno == EFAULT && request == PTRACE_SETREGSET && (intptr_t)address == NT_X86_XSTATE)
        return whole(real, pid, address, data);
    return result;
}

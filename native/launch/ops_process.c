/* Ops on the process itself: credentials, limits, scheduling, filters. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clone.h"
#include "exec.h"
#include "kernel.h"
#include "run.h"
#include "signals.h"
#include "slots.h"
#include "stdio_ends.h"

#define CAPABILITIES_MAX 64

static int done(long result)
{
    return result < 0 ? -errno : 0;
}

int run_SETNS(const struct plan_step *step)
{
    /* Whoever lives in that namespace must not trace this process or open its descriptors. */
    clone_hide();
    /* In another user namespace the owner of the pipes has another number, and this process no say. */
    if (step->stage == STAGE_MONITOR && step->ints[1] & (int64_t)K_CLONE_NEWUSER) {
        int result = stdio_open();
        if (result < 0)
            return result;
    }
    return done(setns(slot_get(step->ints[0]), (int)step->ints[1]));
}

int run_UNSHARE(const struct plan_step *step)
{
    return done(unshare((int)step->ints[0]));
}

int run_LOOPBACK_UP(const struct plan_step *step)
{
    (void)step;
    struct ifreq request = {.ifr_name = "lo"};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    int result = done(ioctl(fd, SIOCGIFFLAGS, &request));
    if (result == 0) {
        request.ifr_flags |= IFF_UP;
        result = done(ioctl(fd, SIOCSIFFLAGS, &request));
    }
    close(fd);
    return result;
}

int run_SETHOSTNAME(const struct plan_step *step)
{
    return done(sethostname(step->strs[0].bytes, step->strs[0].length));
}

int run_SETDOMAINNAME(const struct plan_step *step)
{
    return done(setdomainname(step->strs[0].bytes, step->strs[0].length));
}

int run_RLIMIT(const struct plan_step *step)
{
    struct rlimit limit = {(rlim_t)step->ints[1], (rlim_t)step->ints[2]};
    pid_t whom = step->stage == STAGE_PARENT ? clone_child() : 0;
    return done(syscall(SYS_prlimit64, whom, step->ints[0], &limit, NULL));
}

int run_AFFINITY(const struct plan_step *step)
{
    pid_t whom = step->stage == STAGE_PARENT ? clone_child() : 0;
    return done(syscall(SYS_sched_setaffinity, whom, step->strs[0].length, step->strs[0].bytes));
}

int run_CAP_BOUNDING(const struct plan_step *step)
{
    for (int cap = 0; cap < CAPABILITIES_MAX; cap++) {
        int there = prctl(PR_CAPBSET_READ, cap, 0, 0, 0);
        if (there < 0)
            return errno == EINVAL ? 0 : -errno;
        if (there && !((uint64_t)step->ints[0] >> cap & 1) && prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0)
            return -errno;
    }
    return 0;
}

int run_CAP_SET(const struct plan_step *step)
{
    struct k_cap_header header = {K_CAPABILITY_VERSION_3, 0};
    struct k_cap_data sets[2];
    for (int i = 0; i < 2; i++) {
        sets[i].effective = (uint32_t)((uint64_t)step->ints[0] >> (32 * i));
        sets[i].permitted = (uint32_t)((uint64_t)step->ints[1] >> (32 * i));
        sets[i].inheritable = (uint32_t)((uint64_t)step->ints[2] >> (32 * i));
    }
    return done(syscall(SYS_capset, &header, sets));
}

int run_CAP_AMBIENT(const struct plan_step *step)
{
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
        return -errno;
    for (int cap = 0; cap < CAPABILITIES_MAX; cap++)
        if ((uint64_t)step->ints[0] >> cap & 1 && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0) < 0)
            return -errno;
    return 0;
}

int run_KEEP_CAPS(const struct plan_step *step)
{
    return done(prctl(PR_SET_KEEPCAPS, step->ints[0], 0, 0, 0));
}

int run_NO_NEW_PRIVS(const struct plan_step *step)
{
    (void)step;
    return done(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
}

/* The raw calls: libc's wrappers would send signals to threads that do not exist. */
int run_SETGROUPS(const struct plan_step *step)
{
    return done(syscall(SYS_setgroups, step->strs[0].length / sizeof(gid_t), step->strs[0].bytes));
}

int run_SETGID(const struct plan_step *step)
{
    return done(syscall(SYS_setresgid, step->ints[0], step->ints[0], step->ints[0]));
}

int run_SETUID(const struct plan_step *step)
{
    int result = done(syscall(SYS_setresuid, step->ints[0], step->ints[0], step->ints[0]));
    if (result == 0)
        clone_became(step->ints[0]);
    return result;
}

int run_UMASK(const struct plan_step *step)
{
    umask((mode_t)step->ints[0]);
    exec_umask_is_set();
    return 0;
}

int run_SETSID(const struct plan_step *step)
{
    (void)step;
    return done(setsid());
}

int run_CHDIR(const struct plan_step *step)
{
    char here[PLAN_PATH_MAX];
    if (chdir(step->strs[0].bytes) < 0)
        return -errno;
    /*
     * A working directory outside the root would be a way out of the container: the kernel then
     * answers with a path that does not begin with a slash. ERANGE only says that it is a long one.
     */
    if (syscall(SYS_getcwd, here, sizeof here) < 0)
        return errno == ERANGE ? 0 : -errno;
    return here[0] == '/' ? 0 : -EXDEV;
}

int run_PERSONALITY(const struct plan_step *step)
{
    return done(syscall(SYS_personality, step->ints[0]));
}

int run_SCHED_ATTR(const struct plan_step *step)
{
    return done(syscall(SYS_sched_setattr, 0, step->strs[0].bytes, 0));
}

int run_IOPRIO(const struct plan_step *step)
{
    return done(syscall(SYS_ioprio_set, 1, 0, step->ints[0]));
}

int run_MEMPOLICY(const struct plan_step *step)
{
    unsigned long bits = step->strs[0].length * 8ul;
    return done(syscall(SYS_set_mempolicy, step->ints[0], bits ? step->strs[0].bytes : NULL, bits ? bits + 1 : 0));
}

int run_KEYRING(const struct plan_step *step)
{
    const char *name = step->strs[0].length ? step->strs[0].bytes : NULL;
    return done(syscall(SYS_keyctl, K_KEYCTL_JOIN_SESSION_KEYRING, name));
}

int run_PDEATHSIG(const struct plan_step *step)
{
    return done(prctl(PR_SET_PDEATHSIG, step->ints[0], 0, 0, 0));
}

int run_DEFAULT_SIGNALS(const struct plan_step *step)
{
    (void)step;
    signals_default();
    return 0;
}

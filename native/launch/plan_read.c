#include "plan_read.h"

#include <string.h>

#include "kernel.h"

#define IN_MONITOR 1
#define IN_PARENT 2
#define IN_CHILD 4
#define ANYWHERE (IN_MONITOR | IN_PARENT | IN_CHILD)

#define HEADER_SIZE 16
#define OP_HEADER_SIZE 8

/*
 * Kinds of ints: o slot that is filled, or -1 · s slot · d slot or PLAN_CWD · n slot or -1 · b 0|1
 *   u 32 bits unsigned · U the same or -1 · z not negative · t milliseconds or -1 · i anything
 * Kinds of strs: p path, not empty · e path or empty · t text without NUL · l list · b blob
 */
struct signature {
    uint8_t stages;
    bool once;
    const char *ints, *strs;
};

#define SIGNATURES(X)                                     \
    X(MON_DIR, IN_MONITOR, true, "", "p")                 \
    X(MON_LOG, IN_MONITOR, true, "iz", "pt")              \
    X(MON_STDIO, IN_MONITOR, true, "zb", "")              \
    X(MON_OOM, IN_MONITOR, true, "", "pte")               \
    X(MON_DRAIN, IN_MONITOR, true, "z", "")               \
    X(MON_DETACH, IN_MONITOR, true, "", "")               \
    X(MON_CONSOLE_SOCKET, IN_MONITOR, true, "s", "")      \
    X(MON_STDIN_ONCE, IN_MONITOR, true, "", "")           \
    X(MON_ATTACH, IN_MONITOR, false, "nnnz", "")          \
    X(MON_SUBREAPER, IN_MONITOR, true, "", "")            \
    X(MON_STDIO_OWNER, IN_MONITOR, true, "UU", "")        \
    X(MON_ATTACH_KEYS, IN_MONITOR, true, "", "b")         \
    X(CLONE, IN_MONITOR, true, "zn", "")                  \
    X(WRITE_CHILD, IN_PARENT, false, "", "pb")            \
    X(WRITE_PID, IN_PARENT, false, "d", "p")              \
    X(SYNC, IN_PARENT, true, "", "")                      \
    X(AWAIT_CHILD, IN_PARENT, true, "", "")               \
    X(AWAIT_PARENT, IN_CHILD, true, "", "")               \
    X(SETNS, IN_MONITOR | IN_CHILD, false, "su", "")      \
    X(UNSHARE, IN_MONITOR | IN_CHILD, false, "u", "")     \
    X(LOOPBACK_UP, IN_CHILD, false, "", "")               \
    X(SETHOSTNAME, IN_CHILD, false, "", "t")              \
    X(SETDOMAINNAME, IN_CHILD, false, "", "t")            \
    X(OPENAT2, ANYWHERE, false, "odzuz", "p")             \
    X(ENSURE_DIR, ANYWHERE, false, "osu", "p")            \
    X(ENSURE_FILE, ANYWHERE, false, "osu", "p")           \
    X(MKNOD, ANYWHERE, false, "suzUU", "p")               \
    X(SYMLINK, ANYWHERE, false, "s", "pp")                \
    X(WRITE_FILE, ANYWHERE, false, "d", "pb")             \
    X(CHOWN, ANYWHERE, false, "sUU", "")                  \
    X(CHMOD, ANYWHERE, false, "su", "")                   \
    X(CLOSE, ANYWHERE, false, "s", "")                    \
    X(MKDIR, ANYWHERE, false, "du", "p")                  \
    X(FSOPEN, ANYWHERE, false, "o", "p")                  \
    X(FSCONFIG, ANYWHERE, false, "s", "tt")               \
    X(FSCONFIG_FLAG, ANYWHERE, false, "s", "t")           \
    X(FSCONFIG_FD, ANYWHERE, false, "ss", "t")            \
    X(FSMOUNT, ANYWHERE, false, "osu", "")                \
    X(OPEN_TREE, ANYWHERE, false, "odu", "e")             \
    X(MOVE_MOUNT, IN_CHILD, false, "sdu", "e")            \
    X(MOUNT_SETATTR, ANYWHERE, false, "suzzznz", "")      \
    X(MOUNT, IN_CHILD, false, "dz", "tett")               \
    X(PIVOT, IN_CHILD, false, "s", "")                    \
    X(MOVE_ROOT, IN_CHILD, false, "s", "")                \
    X(CHROOT, IN_CHILD, false, "s", "")                   \
    X(MASK, IN_CHILD, false, "s", "p")                    \
    X(READONLY, IN_CHILD, false, "s", "p")                \
    X(COPY_UP, IN_CHILD, false, "ss", "")                 \
    X(CONSOLE, IN_CHILD, true, "suuUUz", "")              \
    X(RLIMIT, IN_PARENT | IN_CHILD, false, "zii", "")     \
    X(CAP_BOUNDING, IN_CHILD, false, "i", "")             \
    X(CAP_SET, IN_CHILD, false, "iii", "")                \
    X(CAP_AMBIENT, IN_CHILD, false, "i", "")              \
    X(KEEP_CAPS, IN_CHILD, false, "b", "")                \
    X(NO_NEW_PRIVS, IN_CHILD, false, "", "")              \
    X(SECCOMP, IN_CHILD, false, "un", "bb")               \
    X(SETGROUPS, IN_CHILD, false, "", "b")                \
    X(SETGID, IN_CHILD, false, "u", "")                   \
    X(SETUID, IN_CHILD, false, "u", "")                   \
    X(UMASK, IN_CHILD, false, "u", "")                    \
    X(SETSID, IN_CHILD, false, "", "")                    \
    X(CHDIR, ANYWHERE, false, "", "p")                    \
    X(PERSONALITY, IN_CHILD, false, "u", "")              \
    X(SCHED_ATTR, IN_CHILD, false, "", "b")               \
    X(IOPRIO, IN_CHILD, false, "u", "")                   \
    X(AFFINITY, IN_PARENT | IN_CHILD, false, "", "b")                 \
    X(MEMPOLICY, IN_CHILD, false, "u", "b")               \
    X(KEYRING, IN_CHILD, false, "", "t")                  \
    X(PASS_FD, IN_CHILD, false, "sz", "")                 \
    X(PDEATHSIG, IN_CHILD, false, "z", "")                \
    X(HOOK, IN_PARENT | IN_CHILD, false, "t", "pllb")     \
    X(WAIT_START, IN_CHILD, true, "", "")                 \
    X(INIT, IN_CHILD, true, "", "")                       \
    X(DEFAULT_SIGNALS, IN_CHILD, false, "", "")           \
    X(FIND_PROGRAM, IN_CHILD, false, "", "pt")            \
    X(EXEC, IN_CHILD, true, "", "pllt")                   \
    X(EXEC_FD, IN_CHILD, true, "s", "ll")

/* Both tables must name the same operations with the same number of arguments. */
enum {
#define X(name, code, ints, strs) INTS_##name = (ints), STRS_##name = (strs),
    PLAN_OPS(X)
#undef X
};
#define X(name, stages, once, ints, strs)                                        \
    _Static_assert(sizeof(ints) - 1 == INTS_##name, #name ": ints differ");       \
    _Static_assert(sizeof(strs) - 1 == STRS_##name, #name ": strs differ");       \
    _Static_assert(OP_##name < PLAN_CODE_END, #name ": code out of range");
SIGNATURES(X)
#undef X
#define X(...) +1
_Static_assert((0 SIGNATURES(X)) == (0 PLAN_OPS(X)), "an operation has no signature");
#undef X

static const struct signature signatures[PLAN_CODE_END] = {
#define X(name, stages, once, ints, strs) [OP_##name] = {stages, once, ints, strs},
    SIGNATURES(X)
#undef X
};

struct check {
    struct plan *plan;
    struct plan_step step;
    struct plan_refusal *refusal;
    uint64_t filled[PLAN_SLOTS_MAX / 64], filled_at_clone[PLAN_SLOTS_MAX / 64];
    int64_t stdio;
    bool ended;
};

static uint16_t u16(const unsigned char *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static uint32_t u32(const unsigned char *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static bool refuse(struct check *c, const char *why)
{
    *c->refusal = (struct plan_refusal){c->step.index, c->step.code, c->step.stage, why};
    return false;
}

/* Decodes the op at offset; false unless its bytes lie within the plan and its strs within the op. */
static bool decode(const struct plan *plan, uint32_t offset, struct plan_step *step, uint32_t *size, const char **why)
{
    const unsigned char *p = plan->bytes + offset;
    uint32_t left = plan->size - offset;
    *why = "the op is cut off";
    if (left < OP_HEADER_SIZE)
        return false;
    step->code = u16(p);
    step->stage = p[2];
    step->flags = p[3];
    *size = u32(p + 4);
    if (*size < OP_HEADER_SIZE || *size > left || *size % 8)
        return false;
    *why = "the op's code is unknown";
    if (step->code >= PLAN_CODE_END || !signatures[step->code].stages)
        return false;
    const struct signature *sig = &signatures[step->code];
    *why = "the op's size does not fit its arguments";
    uint32_t at = OP_HEADER_SIZE;
    for (int i = 0; sig->ints[i]; i++, at += 8) {
        if (*size - at < 8)
            return false;
        uint64_t v = (uint64_t)u32(p + at) | (uint64_t)u32(p + at + 4) << 32;
        memcpy(&step->ints[i], &v, 8);
    }
    for (int i = 0; sig->strs[i]; i++) {
        if (*size - at < 8)
            return false;
        uint32_t length = u32(p + at), room = *size - at - 4;
        if (length >= room)
            return false;
        uint32_t padded = (length + 1 + 4 + 7) / 8 * 8;
        if (padded > *size - at)
            return false;
        step->strs[i] = (struct plan_str){(const char *)p + at + 4, length};
        for (uint32_t z = 4 + length; z < padded; z++)
            if (p[at + z]) {
                *why = "a string is not ended by zeros";
                return false;
            }
        at += padded;
    }
    return at == *size;
}

static bool slot_is(const uint64_t *set, int64_t slot)
{
    return set[slot / 64] >> (slot % 64) & 1;
}

static bool check_slot(struct check *c, char kind, int64_t v)
{
    if (kind == 'd' && v == PLAN_CWD)
        return true;
    if ((kind == 'n' || kind == 'o') && v == -1)
        return true;
    if (v < 0 || v >= PLAN_SLOTS_MAX)
        return refuse(c, "a slot is out of range");
    if (kind != 'o' && !slot_is(c->filled, v))
        return refuse(c, "a slot is used before it is filled");
    return true;
}

static bool check_int(struct check *c, char kind, int64_t v)
{
    bool ok = true;
    switch (kind) {
    case 'o':
    case 's':
    case 'd':
    case 'n':
        return check_slot(c, kind, v);
    case 'b':
        ok = v == 0 || v == 1;
        break;
    case 'u':
        ok = v >= 0 && v <= UINT32_MAX;
        break;
    case 'U':
        ok = v >= -1 && v <= UINT32_MAX;
        break;
    case 'z':
        ok = v >= 0;
        break;
    case 't':
        ok = v >= -1 && v <= INT32_MAX;
        break;
    }
    return ok || refuse(c, "a number is out of range");
}

static bool check_str(struct check *c, char kind, struct plan_str s)
{
    switch (kind) {
    case 'p':
        if (!s.length)
            return refuse(c, "a path is empty");
        /* fall through */
    case 'e':
        if (s.length >= PLAN_PATH_MAX)
            return refuse(c, "a path is too long");
        /* fall through */
    case 't':
        return !memchr(s.bytes, 0, s.length) || refuse(c, "a text contains NUL");
    case 'l':
        return !s.length || !s.bytes[s.length - 1] || refuse(c, "a list does not end with NUL");
    }
    return true;
}

static bool check_blob(struct check *c, uint32_t unit, uint32_t least, uint32_t most, int i)
{
    uint32_t n = c->step.strs[i].length;
    return (n % unit == 0 && n >= least && n <= most) || refuse(c, "a blob has a wrong size");
}

static bool check_stdio(struct check *c)
{
    c->stdio = c->step.ints[0];
    if (c->stdio > STDIO_INHERIT)
        return refuse(c, "an unknown stdio mode");
    for (int i = 0; c->stdio == STDIO_INHERIT && i < 3; i++)
        if (!slot_is(c->filled, i))
            return refuse(c, "inherited stdio needs slots 0, 1 and 2");
    return true;
}

static bool check_clone(struct check *c)
{
    uint64_t flags = (uint64_t)c->step.ints[0];
    if (flags & ~K_CLONE_KINDS)
        return refuse(c, flags & K_CLONE_NEWTIME ? "clone cannot make a time namespace: unshare it in the monitor"
                                                 : "clone takes namespace flags only");
    c->plan->clone_flags = flags;
    memcpy(c->filled_at_clone, c->filled, sizeof c->filled);
    return true;
}

/* What the kinds of the arguments do not say. */
static bool check_meaning(struct check *c)
{
    const struct plan_step *s = &c->step;
    switch (s->code) {
    case OP_MON_STDIO:
        return check_stdio(c);
    case OP_MON_LOG:
        if (s->ints[0] < -1 || s->ints[0] == 0 || s->ints[1] < 1 || s->ints[1] > 1000)
            return refuse(c, "log sizes are out of range");
        if (s->strs[1].length > 8192 || (s->strs[1].length && s->strs[1].bytes[0] != '{'))
            return refuse(c, "log attributes are no object");
        return true;
    case OP_MON_DRAIN:
        return s->ints[0] <= INT32_MAX || refuse(c, "a number is out of range");
    case OP_MON_ATTACH:
        return s->ints[3] == 0 || refuse(c, "unknown attach flags");
    case OP_MON_ATTACH_KEYS:
        return check_blob(c, 1, 1, PLAN_KEYS_MAX, 0);
    case OP_MON_OOM:
        return s->strs[1].length < 32 || refuse(c, "the counter's name is too long");
    case OP_CLONE:
        return check_clone(c);
    case OP_SECCOMP:
        return check_blob(c, 8, 8, 8 * 4096, 0) && check_blob(c, 1, s->ints[1] >= 0, SECCOMP_MESSAGE_MAX, 1);
    case OP_SETGROUPS:
        return check_blob(c, 4, 0, 4 * 65536, 0);
    case OP_SCHED_ATTR:
        return check_blob(c, 4, 48, 4096, 0);
    case OP_AFFINITY:
        return check_blob(c, 1, 1, 4096, 0);
    case OP_MEMPOLICY:
        return check_blob(c, 8, 0, 4096, 0);
    case OP_PASS_FD:
        return (s->ints[1] >= 3 && s->ints[1] < 1024) || refuse(c, "a passed descriptor is out of range");
    case OP_CONSOLE:
        return (s->ints[1] <= UINT16_MAX && s->ints[2] <= UINT16_MAX &&
                s->ints[5] <= (CONSOLE_BIND | CONSOLE_NO_ONLCR)) ||
               refuse(c, "a number is out of range");
    case OP_EXEC:
        return s->strs[1].length > 0 || refuse(c, "argv is empty");
    case OP_EXEC_FD:
        return s->strs[0].length > 0 || refuse(c, "argv is empty");
    }
    return true;
}

/* Ops that the launch cannot go on without. */
static bool steers(uint16_t code)
{
    return code == OP_CLONE || code == OP_SYNC || code == OP_AWAIT_CHILD || code == OP_AWAIT_PARENT || code == OP_WAIT_START || code == OP_INIT || code == OP_EXEC ||
           code == OP_EXEC_FD;
}

static bool check_order(struct check *c, uint8_t last_stage)
{
    const struct plan_step *s = &c->step;
    const struct signature *sig = &signatures[s->code];
    uint64_t *seen = &c->plan->seen[s->code / 64], bit = 1ull << (s->code % 64);
    if (s->stage > STAGE_CHILD || !(sig->stages >> s->stage & 1))
        return refuse(c, "the op does not belong to this stage");
    if (s->stage < last_stage)
        return refuse(c, "stages are out of order");
    if (s->flags & ~(OPF_IGNORE_ENOENT | OPF_IGNORE_ERROR | OPF_SKIP_IF_CLOSED))
        return refuse(c, "unknown flags");
    if (s->flags && steers(s->code))
        return refuse(c, "this op takes no flags");
    if (c->ended)
        return refuse(c, "an op follows the last one");
    bool cloned = plan_has(c->plan, OP_CLONE);
    if ((s->stage == STAGE_MONITOR) == cloned)
        return refuse(c, cloned ? "an op follows CLONE in its stage" : "CLONE is missing");
    if (s->stage == STAGE_CHILD && last_stage != STAGE_CHILD)
        memcpy(c->filled, c->filled_at_clone, sizeof c->filled);
    if (sig->once && *seen & bit)
        return refuse(c, "the op stands twice");
    *seen |= bit;
    c->ended = s->code == OP_EXEC || s->code == OP_EXEC_FD;
    return true;
}

static bool check_step(struct check *c, uint8_t last_stage)
{
    const struct signature *sig = &signatures[c->step.code];
    if (!check_order(c, last_stage))
        return false;
    for (int i = 0; sig->ints[i]; i++)
        if (!check_int(c, sig->ints[i], c->step.ints[i]))
            return false;
    for (int i = 0; sig->strs[i]; i++)
        if (!check_str(c, sig->strs[i], c->step.strs[i]))
            return false;
    if (!check_meaning(c))
        return false;
    int out = plan_output_slot(c->step.code);
    if (out >= 0 && c->step.ints[out] >= 0)
        c->filled[c->step.ints[out] / 64] |= 1ull << (c->step.ints[out] % 64);
    return true;
}

static bool check_whole(struct check *c)
{
    const struct plan *plan = c->plan;
    if (!c->ended)
        return refuse(c, "the plan does not end with EXEC");
    if (plan_has(plan, OP_CONSOLE) != (c->stdio == STDIO_PTY))
        return refuse(c, "CONSOLE and the stdio mode pty need each other");
    if (plan_has(plan, OP_AWAIT_CHILD) != plan_has(plan, OP_AWAIT_PARENT))
        return refuse(c, "AWAIT_CHILD and AWAIT_PARENT need each other");
    if (plan_has(plan, OP_MON_DETACH) &&
        (c->stdio == STDIO_PIPES || (c->stdio == STDIO_PTY && !plan_has(plan, OP_MON_CONSOLE_SOCKET))))
        return refuse(c, "a monitor that holds stdio cannot detach");
    return true;
}

bool plan_check(const unsigned char *bytes, size_t size, struct plan *plan, struct plan_refusal *refusal)
{
    struct check c = {.plan = plan, .refusal = refusal};
    *plan = (struct plan){.bytes = bytes};
    if (size < HEADER_SIZE || size > PLAN_SIZE_MAX)
        return refuse(&c, "the plan's size is out of range");
    if (u32(bytes) != PLAN_MAGIC || u16(bytes + 4) != PLAN_VERSION)
        return refuse(&c, "no plan of this version");
    plan->op_count = u16(bytes + 6);
    plan->size = u32(bytes + 8);
    plan->fd_count = u32(bytes + 12);
    if (plan->size != size)
        return refuse(&c, "the plan's size differs from its header");
    if (plan->op_count > PLAN_OPS_MAX || plan->fd_count > PLAN_SLOTS_MAX)
        return refuse(&c, "too many ops or descriptors");
    for (uint32_t i = 0; i < plan->fd_count; i++)
        c.filled[i / 64] |= 1ull << (i % 64);
    uint32_t offset = HEADER_SIZE, length;
    uint8_t last_stage = STAGE_MONITOR;
    for (uint16_t i = 0; i < plan->op_count; i++, offset += length) {
        const char *why;
        c.step = (struct plan_step){.index = i};
        if (!decode(plan, offset, &c.step, &length, &why))
            return refuse(&c, why);
        if (!check_step(&c, last_stage))
            return false;
        last_stage = c.step.stage;
    }
    if (offset != size)
        return refuse(&c, "bytes follow the last op");
    return check_whole(&c);
}

bool plan_next(const struct plan *plan, struct plan_cursor *cursor, struct plan_step *step)
{
    uint32_t size;
    const char *why;
    if (cursor->index >= plan->op_count)
        return false;
    if (!cursor->offset)
        cursor->offset = HEADER_SIZE;
    *step = (struct plan_step){.index = cursor->index};
    if (!decode(plan, cursor->offset, step, &size, &why))
        return false;
    cursor->offset += size;
    cursor->index++;
    return true;
}

bool plan_has(const struct plan *plan, enum plan_op code)
{
    return plan->seen[code / 64] >> (code % 64) & 1;
}

int plan_input_slot(uint16_t code)
{
    const char *ints = signatures[code].ints;
    size_t at = strcspn(ints, "sdn");
    return ints[at] ? (int)at : -1;
}

int plan_output_slot(uint16_t code)
{
    return signatures[code].ints[0] == 'o' ? 0 : -1;
}

struct plan_str plan_step_path(const struct plan_step *step)
{
    const char *strs = signatures[step->code].strs;
    size_t at = strcspn(strs, "pe");
    /* SYMLINK names its target first and MOUNT its source, which tell less than where. */
    if (step->code == OP_SYMLINK || step->code == OP_MOUNT)
        at = 1;
    return strs[at] ? step->strs[at] : (struct plan_str){"", 0};
}

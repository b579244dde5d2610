#include "../launch/plan_read.h"
#include "check.h"

static unsigned char bytes[PLAN_SIZE_MAX + 64];
static size_t size;
static unsigned ops;

static void put16(size_t at, unsigned v)
{
    bytes[at] = (unsigned char)v;
    bytes[at + 1] = (unsigned char)(v >> 8);
}

static void put32(size_t at, uint32_t v)
{
    put16(at, v & 0xffff);
    put16(at + 2, v >> 16);
}

static void head(uint32_t fd_count)
{
    put32(0, PLAN_MAGIC);
    put16(4, PLAN_VERSION);
    put16(6, ops);
    put32(8, (uint32_t)size);
    put32(12, fd_count);
}

static void begin(void)
{
    memset(bytes, 0, sizeof bytes);
    size = 16;
    ops = 0;
}

static size_t op_at; /* where the last op begins */

static void op(unsigned code, unsigned stage, unsigned flags)
{
    op_at = size;
    put16(size, code);
    bytes[size + 2] = (unsigned char)stage;
    bytes[size + 3] = (unsigned char)flags;
    put32(size + 4, 8);
    size += 8;
    ops++;
}

static void grow(size_t by)
{
    size += by;
    put32(op_at + 4, (uint32_t)(size - op_at));
}

static void num(int64_t v)
{
    put32(size, (uint32_t)v);
    put32(size + 4, (uint32_t)((uint64_t)v >> 32));
    grow(8);
}

static void blob(const void *p, size_t n)
{
    put32(size, (uint32_t)n);
    memcpy(bytes + size + 4, p, n);
    grow((n + 5 + 7) / 8 * 8);
}

static void str(const char *s)
{
    blob(s, strlen(s));
}

static void clone_op(int64_t flags)
{
    op(OP_CLONE, STAGE_MONITOR, 0);
    num(flags);
    num(-1);
}

static void exec_op(void)
{
    op(OP_EXEC, STAGE_CHILD, 0);
    str("sh");
    blob("sh\0-c", 6);
    blob("A=1", 4);
    str("/bin");
}

static struct plan_refusal why;

static bool check_it(uint32_t fd_count)
{
    struct plan plan;
    head(fd_count);
    memset(&why, 0, sizeof why);
    return plan_check(bytes, size, &plan, &why);
}

/* What stands between CLONE and EXEC is refused, at step 1, for this reason. */
#define REFUSED_CHILD(reason, ...)                                       \
    do {                                                                 \
        begin();                                                         \
        clone_op(0);                                                     \
        __VA_ARGS__;                                                     \
        exec_op();                                                       \
        bool ok_ = check_it(1);                                          \
        CHECK(!ok_ && why.step == 1);                                    \
        CHECK_TEXT(ok_ ? "accepted" : why.why, reason);                  \
    } while (0)

#define REFUSED_MONITOR(reason, ...)                                     \
    do {                                                                 \
        begin();                                                         \
        __VA_ARGS__;                                                     \
        clone_op(0);                                                     \
        exec_op();                                                       \
        bool ok_ = check_it(1);                                          \
        CHECK(!ok_);                                                     \
        CHECK_TEXT(ok_ ? "accepted" : why.why, reason);                  \
    } while (0)

#define ACCEPTED(...)                                                    \
    do {                                                                 \
        begin();                                                         \
        clone_op(0);                                                     \
        __VA_ARGS__;                                                     \
        exec_op();                                                       \
        CHECK(check_it(1) || !fprintf(stderr, "%s\n", why.why));         \
    } while (0)

static void reads_back(void)
{
    struct plan plan;
    struct plan_cursor cursor = {0};
    struct plan_step step;
    begin();
    op(OP_MON_LOG, STAGE_MONITOR, OPF_IGNORE_ERROR);
    num(-1);
    num(3);
    str("/log");
    str("{}");
    clone_op(0x20000);
    op(OP_WRITE_CHILD, STAGE_PARENT, 0);
    str("uid_map");
    blob("0 1000\0 1", 9);
    exec_op();
    head(7);
    CHECK(plan_check(bytes, size, &plan, &why));
    CHECK(plan.fd_count == 7 && plan.op_count == 4 && plan.clone_flags == 0x20000);
    CHECK(plan_has(&plan, OP_MON_LOG) && plan_has(&plan, OP_EXEC) && !plan_has(&plan, OP_INIT));
    CHECK(plan_next(&plan, &cursor, &step) && step.code == OP_MON_LOG && step.flags == OPF_IGNORE_ERROR);
    CHECK(step.ints[0] == -1 && step.ints[1] == 3 && step.index == 0);
    CHECK_TEXT(step.strs[0].bytes, "/log");
    CHECK_TEXT(plan_step_path(&step).bytes, "/log");
    CHECK(plan_next(&plan, &cursor, &step) && step.code == OP_CLONE);
    CHECK_TEXT(plan_step_path(&step).bytes, "");
    CHECK(plan_next(&plan, &cursor, &step) && step.stage == STAGE_PARENT);
    CHECK(step.strs[1].length == 9 && !memcmp(step.strs[1].bytes, "0 1000\0 1", 10));
    CHECK(plan_next(&plan, &cursor, &step) && step.code == OP_EXEC && step.index == 3);
    CHECK(!plan_next(&plan, &cursor, &step));
    CHECK(plan_input_slot(OP_OPENAT2) == 1 && plan_output_slot(OP_OPENAT2) == 0);
    CHECK(plan_input_slot(OP_MON_LOG) == -1 && plan_output_slot(OP_CHOWN) == -1);
}

static void refused_header(const char *reason, size_t at, uint32_t value)
{
    begin();
    clone_op(0);
    exec_op();
    head(0);
    struct plan plan;
    put32(at, value);
    bool ok = plan_check(bytes, size, &plan, &why);
    CHECK_TEXT(ok ? "accepted" : why.why, reason);
}

static void headers(void)
{
    struct plan plan;
    begin();
    CHECK(!plan_check(bytes, 0, &plan, &why) && !plan_check(bytes, 15, &plan, &why));
    CHECK(!plan_check(bytes, PLAN_SIZE_MAX + 1, &plan, &why));
    refused_header("no plan of this version", 0, 0x12345678);
    refused_header("no plan of this version", 4, 2 << 0 | 2u << 16);
    refused_header("the plan's size differs from its header", 8, 17);
    refused_header("the plan's size differs from its header", 8, 0xffffffff);
    refused_header("too many ops or descriptors", 12, 257);
    refused_header("bytes follow the last op", 4, PLAN_VERSION | 1u << 16);
    refused_header("the op is cut off", 4, PLAN_VERSION | 3u << 16);
    refused_header("too many ops or descriptors", 4, PLAN_VERSION | 4097u << 16);
}

static void every_prefix_is_refused(void)
{
    struct plan plan;
    begin();
    clone_op(0);
    exec_op();
    head(0);
    CHECK(plan_check(bytes, size, &plan, &why));
    for (size_t n = 0; n < size; n++) {
        /* An exact copy, so that the sanitizer sees any byte read beyond. */
        unsigned char *copy = malloc(n ? n : 1);
        memcpy(copy, bytes, n);
        if (n >= 12)
            memcpy(copy + 8, &n, 4);
        CHECK(!plan_check(copy, n, &plan, &why));
        free(copy);
    }
}

static void sizes(void)
{
    REFUSED_CHILD("the op is cut off", op(OP_SETSID, STAGE_CHILD, 0); put32(op_at + 4, 7));
    REFUSED_CHILD("the op is cut off", op(OP_SETSID, STAGE_CHILD, 0); put32(op_at + 4, 12));
    REFUSED_CHILD("the op is cut off", op(OP_SETSID, STAGE_CHILD, 0); put32(op_at + 4, 0xfffffff8));
    REFUSED_CHILD("the op's size does not fit its arguments", op(OP_SETSID, STAGE_CHILD, 0); num(0));
    REFUSED_CHILD("the op's size does not fit its arguments", op(OP_SETUID, STAGE_CHILD, 0));
    REFUSED_CHILD("the op's size does not fit its arguments", op(OP_CHDIR, STAGE_CHILD, 0));
    REFUSED_CHILD("the op's size does not fit its arguments", op(OP_CHDIR, STAGE_CHILD, 0); str("/");
                  put32(op_at + 8, 4));
    REFUSED_CHILD("the op's size does not fit its arguments", op(OP_CHDIR, STAGE_CHILD, 0); str("/");
                  put32(op_at + 8, 0xffffffff));
    REFUSED_CHILD("the op's size does not fit its arguments", op(OP_CHDIR, STAGE_CHILD, 0); str("/"); num(0));
    REFUSED_CHILD("a string is not ended by zeros", op(OP_CHDIR, STAGE_CHILD, 0); str("/"); bytes[op_at + 13] = 1);
    REFUSED_CHILD("a string is not ended by zeros", op(OP_CHDIR, STAGE_CHILD, 0); str("/"); bytes[op_at + 15] = 1);
    REFUSED_CHILD("the op's code is unknown", op(0, STAGE_CHILD, 0));
    REFUSED_CHILD("the op's code is unknown", op(19, STAGE_CHILD, 0));
    REFUSED_CHILD("the op's code is unknown", op(127, STAGE_CHILD, 0));
    REFUSED_CHILD("the op's code is unknown", op(65535, STAGE_CHILD, 0));
}

static void order(void)
{
    REFUSED_CHILD("the op does not belong to this stage", op(OP_SETSID, 3, 0));
    REFUSED_CHILD("the op does not belong to this stage", op(OP_SETSID, STAGE_PARENT, 0));
    REFUSED_CHILD("the op does not belong to this stage", op(OP_SYNC, STAGE_CHILD, 0));
    REFUSED_CHILD("the op does not belong to this stage", op(OP_MON_DETACH, STAGE_CHILD, 0));
    REFUSED_CHILD("an op follows CLONE in its stage", op(OP_MON_DETACH, STAGE_MONITOR, 0));
    REFUSED_CHILD("an op follows CLONE in its stage", clone_op(0));
    REFUSED_CHILD("this op takes no flags", op(OP_INIT, STAGE_CHILD, OPF_IGNORE_ERROR));
    REFUSED_CHILD("this op takes no flags", op(OP_WAIT_START, STAGE_CHILD, OPF_SKIP_IF_CLOSED));
    REFUSED_CHILD("unknown flags", op(OP_SETSID, STAGE_CHILD, 8));
    begin();
    clone_op(0);
    op(OP_SETSID, STAGE_CHILD, 0);
    op(OP_SYNC, STAGE_PARENT, 0);
    exec_op();
    CHECK(!check_it(0) && why.step == 2 && why.code == OP_SYNC && why.stage == STAGE_PARENT);
    CHECK_TEXT(why.why, "stages are out of order");
    begin();
    exec_op();
    CHECK(!check_it(0));
    CHECK_TEXT(why.why, "CLONE is missing");
    begin();
    clone_op(0);
    CHECK(!check_it(0));
    CHECK_TEXT(why.why, "the plan does not end with EXEC");
    begin();
    CHECK(!check_it(0));
    begin();
    clone_op(0);
    exec_op();
    op(OP_SETSID, STAGE_CHILD, 0);
    CHECK(!check_it(0));
    CHECK_TEXT(why.why, "an op follows the last one");
    begin();
    clone_op(0);
    op(OP_INIT, STAGE_CHILD, 0);
    op(OP_INIT, STAGE_CHILD, 0);
    exec_op();
    CHECK(!check_it(0) && why.step == 2);
    CHECK_TEXT(why.why, "the op stands twice");
}

static void clone_kinds(int64_t flags, const char *reason)
{
    begin();
    clone_op(flags);
    exec_op();
    CHECK_TEXT(check_it(0) ? "accepted" : why.why, reason);
}

static void clones(void)
{
    clone_kinds(0x7e020000, "accepted");
    clone_kinds(0x80, "clone cannot make a time namespace: unshare it in the monitor");
    clone_kinds(0x100, "clone takes namespace flags only");      /* CLONE_VM */
    clone_kinds(0x1000, "clone takes namespace flags only");     /* CLONE_PIDFD is ours */
    clone_kinds(0x200000000, "clone takes namespace flags only"); /* CLONE_INTO_CGROUP is said by the slot */
    clone_kinds(-1, "a number is out of range");
}

static void slots(void)
{
    REFUSED_CHILD("a slot is used before it is filled", op(OP_CLOSE, STAGE_CHILD, 0); num(1));
    REFUSED_CHILD("a slot is out of range", op(OP_CLOSE, STAGE_CHILD, 0); num(256));
    REFUSED_CHILD("a slot is out of range", op(OP_CLOSE, STAGE_CHILD, 0); num(-1));
    REFUSED_CHILD("a slot is out of range", op(OP_CLOSE, STAGE_CHILD, 0); num(PLAN_CWD));
    REFUSED_CHILD("a slot is out of range", op(OP_CLOSE, STAGE_CHILD, 0); num(INT64_MIN));
    REFUSED_CHILD("a slot is out of range", op(OP_FSOPEN, STAGE_CHILD, 0); num(256); str("proc"));
    REFUSED_CHILD("a slot is out of range", op(OP_MKDIR, STAGE_CHILD, 0); num(-1); num(0); str("x"));
    ACCEPTED(op(OP_CLOSE, STAGE_CHILD, 0); num(0));
    ACCEPTED(op(OP_MKDIR, STAGE_CHILD, 0); num(PLAN_CWD); num(0755); str("x"));
    ACCEPTED(op(OP_FSOPEN, STAGE_CHILD, 0); num(255); str("proc"); op(OP_CLOSE, STAGE_CHILD, 0); num(255));
    /* The child was cloned before PARENT filled anything. */
    begin();
    clone_op(0);
    op(OP_OPENAT2, STAGE_PARENT, 0);
    num(9), num(PLAN_CWD), num(0), num(0), num(0), str("/");
    op(OP_CLOSE, STAGE_CHILD, 0);
    num(9);
    exec_op();
    CHECK(!check_it(0) && why.step == 2);
    CHECK_TEXT(why.why, "a slot is used before it is filled");
}

static void numbers(void)
{
    REFUSED_CHILD("a number is out of range", op(OP_SETUID, STAGE_CHILD, 0); num(-1));
    REFUSED_CHILD("a number is out of range", op(OP_SETUID, STAGE_CHILD, 0); num(1ll << 32));
    REFUSED_CHILD("a number is out of range", op(OP_KEEP_CAPS, STAGE_CHILD, 0); num(2));
    REFUSED_CHILD("a number is out of range", op(OP_CHOWN, STAGE_CHILD, 0); num(0); num(-2); num(0));
    REFUSED_CHILD("a number is out of range", op(OP_PDEATHSIG, STAGE_CHILD, 0); num(-9));
    REFUSED_CHILD("a passed descriptor is out of range", op(OP_PASS_FD, STAGE_CHILD, 0); num(0); num(2));
    REFUSED_CHILD("a passed descriptor is out of range", op(OP_PASS_FD, STAGE_CHILD, 0); num(0); num(1024));
    ACCEPTED(op(OP_CHOWN, STAGE_CHILD, 0); num(0); num(-1); num(4294967295));
    ACCEPTED(op(OP_RLIMIT, STAGE_CHILD, 0); num(7); num(-1); num(-1));
    REFUSED_MONITOR("an unknown stdio mode", op(OP_MON_STDIO, STAGE_MONITOR, 0); num(4); num(0));
    REFUSED_MONITOR("inherited stdio needs slots 0, 1 and 2", op(OP_MON_STDIO, STAGE_MONITOR, 0); num(3); num(0));
    REFUSED_MONITOR("log sizes are out of range", op(OP_MON_LOG, STAGE_MONITOR, 0); num(0); num(1); str("l"); str(""));
    REFUSED_MONITOR("log sizes are out of range", op(OP_MON_LOG, STAGE_MONITOR, 0); num(1); num(0); str("l"); str(""));
    REFUSED_MONITOR("log attributes are no object", op(OP_MON_LOG, STAGE_MONITOR, 0); num(1); num(1); str("l"); str("[]"));
    REFUSED_MONITOR("a number is out of range", op(OP_MON_DRAIN, STAGE_MONITOR, 0); num(1ll << 31));
    REFUSED_MONITOR("unknown attach flags", op(OP_MON_ATTACH, STAGE_MONITOR, 0); num(0); num(0); num(0); num(1));
    REFUSED_MONITOR("a blob has a wrong size", op(OP_MON_ATTACH_KEYS, STAGE_MONITOR, 0); str(""));
}

static void strings(void)
{
    char path[PLAN_PATH_MAX + 1];
    memset(path, 'p', sizeof path);
    REFUSED_CHILD("a path is empty", op(OP_CHDIR, STAGE_CHILD, 0); str(""));
    REFUSED_CHILD("a path is too long", op(OP_CHDIR, STAGE_CHILD, 0); blob(path, PLAN_PATH_MAX));
    REFUSED_CHILD("a text contains NUL", op(OP_CHDIR, STAGE_CHILD, 0); blob("/a\0b", 4));
    REFUSED_CHILD("a text contains NUL", op(OP_SETHOSTNAME, STAGE_CHILD, 0); blob("\0", 1));
    ACCEPTED(op(OP_CHDIR, STAGE_CHILD, 0); blob(path, PLAN_PATH_MAX - 1));
    ACCEPTED(op(OP_KEYRING, STAGE_CHILD, 0); str(""));
    REFUSED_CHILD("a blob has a wrong size", op(OP_SECCOMP, STAGE_CHILD, 0); num(0); num(-1); blob("1234567", 7); str(""));
    REFUSED_CHILD("a blob has a wrong size", op(OP_SECCOMP, STAGE_CHILD, 0); num(0); num(-1); blob("", 0); str(""));
    REFUSED_CHILD("a blob has a wrong size", op(OP_SECCOMP, STAGE_CHILD, 0); num(0); num(0); blob("12345678", 8); str(""));
    REFUSED_CHILD("a blob has a wrong size", op(OP_SETGROUPS, STAGE_CHILD, 0); blob("123", 3));
    REFUSED_CHILD("a blob has a wrong size", op(OP_SCHED_ATTR, STAGE_CHILD, 0); blob("1234", 4));
    REFUSED_CHILD("a blob has a wrong size", op(OP_AFFINITY, STAGE_CHILD, 0); blob("", 0));
    REFUSED_CHILD("a blob has a wrong size", op(OP_MEMPOLICY, STAGE_CHILD, 0); num(0); blob("1234", 4));
    ACCEPTED(op(OP_SETGROUPS, STAGE_CHILD, 0); blob("", 0));
}

static void lists(void)
{
    begin();
    clone_op(0);
    op(OP_EXEC, STAGE_CHILD, 0);
    str("sh"), blob("sh", 2), blob("", 0), str("");
    CHECK(!check_it(0));
    CHECK_TEXT(why.why, "a list does not end with NUL");
    begin();
    clone_op(0);
    op(OP_EXEC, STAGE_CHILD, 0);
    str("sh"), blob("", 0), blob("", 0), str("");
    CHECK(!check_it(0));
    CHECK_TEXT(why.why, "argv is empty");
}

static void whole(void)
{
    REFUSED_MONITOR("CONSOLE and the stdio mode pty need each other", op(OP_MON_STDIO, STAGE_MONITOR, 0); num(2);
                    num(1));
    REFUSED_MONITOR("a monitor that holds stdio cannot detach", op(OP_MON_DETACH, STAGE_MONITOR, 0);
                    op(OP_MON_STDIO, STAGE_MONITOR, 0); num(1); num(1));
    begin();
    clone_op(0);
    op(OP_CONSOLE, STAGE_CHILD, 0);
    num(0), num(1), num(1), num(0), num(0), num(0);
    exec_op();
    CHECK(!check_it(1));
    CHECK_TEXT(why.why, "CONSOLE and the stdio mode pty need each other");
    begin();
    clone_op(0);
    op(OP_AWAIT_PARENT, STAGE_CHILD, 0);
    exec_op();
    CHECK(!check_it(0));
    CHECK_TEXT(why.why, "AWAIT_CHILD and AWAIT_PARENT need each other");
}

int main(void)
{
    reads_back();
    headers();
    every_prefix_is_refused();
    sizes();
    order();
    clones();
    slots();
    numbers();
    strings();
    lists();
    whole();
    return check_result();
}

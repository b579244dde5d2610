/*
 * The launch plan: a list of system calls that Java compiled, executed by sampan-launch.
 *
 * This header is the contract between native/ and sampan.runtime.plan; docs/adr/0002 tells why.
 * All numbers are little-endian. Mechanism only: every decision is in the plan.
 *
 *   plan   := header op*
 *   header := u32 magic  u16 version  u16 op_count  u32 total_size  u32 fd_count          (16 bytes)
 *   op     := u16 code  u8 stage  u8 flags  u32 size  i64 ints[]  str strs[]   size counts the whole op
 *   str    := u32 length  bytes  NUL  zero padding to a multiple of 8 counted from the length word
 *
 * How many ints and strs an op has is fixed per code (OPS below); blobs and lists travel as strs, a
 * list being NUL-terminated strings one after the other. Paths are shorter than 4096 bytes; neither
 * paths nor texts hold a NUL. The reader (launch/plan_read.c) checks everything before the first step
 * runs: sizes, counts, signatures, in which stage an op may stand, stage order, slot ranges, slots
 * that are used before a step fills them, ops that may stand only once, no trailing bytes.
 *
 * Descriptors: sampan-launch gets 3 = the plan (memfd), 4 = the control socket (SOCK_SEQPACKET to
 * the daemon; absent when fd 4 is closed), and from 5 on fd_count descriptors, which fill slots
 * 0 .. fd_count-1. Ops put the descriptors that they open into slots. Slot arguments: 0..PLAN_SLOTS_MAX-1,
 * or PLAN_CWD for AT_FDCWD. Where a slot is filled ("out") -1 closes the descriptor again. Everything
 * is close-on-exec at once, and every other descriptor that the launcher inherited is closed; its own
 * 0-2 become /dev/null. Its environment is not used: give it an empty one. Its image must not be open
 * for writing anywhere, or exec fails with ETXTBSY: seal the memfd, reopen it read-only, close the first.
 *
 * While a plan runs the umask is 0, so modes are exact; the program gets the mask of UMASK, or else
 * that with which the launcher was started. Signals have their default actions from the start. The
 * child cannot be traced or looked into (PR_SET_DUMPABLE 0), except as root of a user namespace that
 * CLONE just made, until SETNS brings it together with others.
 */
#ifndef SAMPAN_PLAN_H
#define SAMPAN_PLAN_H
#include <stdint.h>

#define PLAN_MAGIC 0x314c5053u /* "SPL1" */
#define PLAN_VERSION 1
#define PLAN_SIZE_MAX (4u << 20)
#define PLAN_OPS_MAX 4096
#define PLAN_SLOTS_MAX 256
#define PLAN_CWD (-100)
#define PLAN_KEYS_MAX 32
#define SECCOMP_MESSAGE_MAX (64u << 10)

/*
 * Stages run in this order, ops within a stage in plan order:
 *   MONITOR  settings of the monitor and what the launcher does before the clone (open sources,
 *            setns to a pid or time namespace for its child, unshare time)
 *   PARENT   in the launcher after the clone, while the child waits (id maps, cgroup membership);
 *            slots that it fills are not the child's
 *   CHILD    in the child, after PARENT is done or stands in AWAIT_CHILD, ending with EXEC
 * Exactly one op CLONE stands at the end of MONITOR.
 *   MON_*, CLONE                                       MONITOR only
 *   WRITE_CHILD, WRITE_PID, SYNC, AWAIT_CHILD          PARENT only
 *   SETNS, UNSHARE                                     MONITOR, CHILD
 *   RLIMIT, AFFINITY                                   PARENT (they act on the child), CHILD
 *   HOOK                                               PARENT, CHILD
 *   files, FSOPEN ... OPEN_TREE, MOUNT_SETATTR, CHDIR  anywhere
 *   the rest                                           CHILD only
 */
enum plan_stage {
    STAGE_MONITOR = 0,
    STAGE_PARENT = 1,
    STAGE_CHILD = 2,
    STAGE_REFUSED = 3, /* in failures only: the reader refused the plan, nothing ran; the text says why */
};

/* Flags of an op. CLONE, SYNC, AWAIT_CHILD, AWAIT_PARENT, WAIT_START, INIT, EXEC and EXEC_FD take none. */
#define OPF_IGNORE_ENOENT 1  /* a missing file (ENOENT, ENOTDIR) is no failure; the op's output slot stays closed */
#define OPF_IGNORE_ERROR 2   /* no failure at all stops the plan */
#define OPF_SKIP_IF_CLOSED 4 /* skipped when its first input slot is closed */

/*
 * name, code, ints, strs: arguments in order; "out" is the slot that is filled.
 */
#define PLAN_OPS(X)                                                                                  \
    /* ---- monitor ---- */                                                                          \
    X(MON_DIR, 1, 0, 1)        /* path: directory of this task: attach.sock, pid, exit are made in it */ \
    X(MON_LOG, 2, 2, 2)        /* max_bytes (-1 no limit) max_files; path, attrs ("" or a JSON object for "attrs") */ \
    X(MON_STDIO, 3, 2, 0)      /* mode enum plan_stdio, open_stdin 0|1 */                            \
    X(MON_OOM, 4, 0, 3)        /* file, key, control: the counter of OOM kills (v2 memory.events oom_kill; v1 memory.oom_control oom_kill); how to be woken: v1 the path of cgroup.event_control, "" the file itself wakes (v2) */ \
    X(MON_DRAIN, 5, 1, 0)      /* ms to wait for end of output after the process ended (default 2000) */ \
    X(MON_DETACH, 6, 0, 0)     /* do not stay: after the process runs (or, with WAIT_START, is created), report and exit. Then the child itself takes a supervisor's START on attach.sock: its end without FAILED means that the program runs */ \
    X(MON_CONSOLE_SOCKET, 7, 1, 0) /* slot: the pty's master is sent there (SCM_RIGHTS, with the text "/dev/ptmx") instead of being held */ \
    X(MON_STDIN_ONCE, 8, 0, 0) /* stdin ends when the first client that sent any detaches */         \
    X(MON_ATTACH, 9, 4, 0)     /* slots in, out, err (each may be -1), flags 0: a client that is attached from the start by its own descriptors */ \
    X(MON_SUBREAPER, 10, 0, 0) /* PR_SET_CHILD_SUBREAPER */                                          \
    X(MON_STDIO_OWNER, 11, 2, 0) /* uid, gid on the host (-1 as it is): owner of the pipes of STDIO_PIPES, so that the process may reopen /dev/stdout */ \
    X(MON_ATTACH_KEYS, 12, 0, 1) /* 1..PLAN_KEYS_MAX bytes: the detach keys of MON_ATTACH's clients; DETACHED is told on the control socket */ \
    X(CLONE, 20, 2, 0)         /* CLONE_NEW* but not NEWTIME (unshare it in MONITOR); cgroup slot for CLONE_INTO_CGROUP or -1 */           \
    /* ---- parent, after the clone ---- */                                                          \
    X(WRITE_CHILD, 21, 0, 2)   /* file below /proc/CHILD/, data: uid_map, gid_map, setgroups, oom_score_adj */ \
    X(WRITE_PID, 22, 1, 1)     /* dir slot or CWD; path: writes the child's pid (cgroup.procs) */    \
    X(SYNC, 23, 0, 0)          /* reports CREATED and waits for GO on the control socket */          \
    X(AWAIT_CHILD, 24, 0, 0)   /* lets the child run up to its AWAIT_PARENT and waits for it there; what stands behind runs while it waits */ \
    X(AWAIT_PARENT, 25, 0, 0)  /* the child waits for the rest of PARENT. Each of the two needs the other */ \
    /* ---- namespaces ---- */                                                                       \
    X(SETNS, 30, 2, 0)         /* slot, CLONE_NEW* kinds (a pidfd or namespace file) */              \
    X(UNSHARE, 31, 1, 0)       /* flags */                                                           \
    X(LOOPBACK_UP, 32, 0, 0)                                                                         \
    X(SETHOSTNAME, 33, 0, 1)                                                                         \
    X(SETDOMAINNAME, 34, 0, 1)                                                                       \
    /* ---- files ---- */                                                                            \
    X(OPENAT2, 40, 5, 1)       /* out, dir slot|CWD, flags, mode, resolve; path */                   \
    X(ENSURE_DIR, 41, 3, 1)    /* out (O_PATH), root slot, mode; path: made where missing, never leaves the root; EPERM where links lead into procfs */ \
    X(ENSURE_FILE, 42, 3, 1)   /* the same, the last part a regular file unless something is there */ \
    X(MKNOD, 43, 5, 1)         /* root slot, mode (type and bits), dev (makedev), uid, gid; path; missing directories are made (0755); the same node that is there already gets mode and owner, anything else is EEXIST */ \
    X(SYMLINK, 44, 1, 2)       /* root slot; target, path; missing directories are made; an existing link is left alone, anything else is EEXIST */ \
    X(WRITE_FILE, 45, 1, 2)    /* dir slot|CWD; path, data: one write(2) to an existing file; below /proc EXDEV where it is not on procfs */      \
    X(CHOWN, 46, 3, 0)         /* slot, uid, gid */                                                  \
    X(CHMOD, 47, 2, 0)         /* slot, mode */                                                      \
    X(CLOSE, 48, 1, 0)         /* slot */                                                            \
    X(MKDIR, 49, 2, 1)         /* dir slot|CWD, mode; path (plain mkdirat; EEXIST is fine) */        \
    /* ---- mounts ---- */                                                                           \
    X(FSOPEN, 60, 1, 1)        /* out; fstype */                                                     \
    X(FSCONFIG, 61, 1, 2)      /* fs slot; key, value (FSCONFIG_SET_STRING) */                       \
    X(FSCONFIG_FLAG, 62, 1, 1) /* fs slot; key */                                                    \
    X(FSCONFIG_FD, 63, 2, 1)   /* fs slot, slot; key */                                              \
    X(FSMOUNT, 64, 3, 0)       /* out, fs slot, MOUNT_ATTR_*: FSCONFIG_CMD_CREATE, then fsmount; the fs slot is closed */ \
    X(OPEN_TREE, 65, 3, 1)     /* out, dir slot|CWD, flags (OPEN_TREE_CLONE, AT_RECURSIVE, ...); path */ \
    X(MOVE_MOUNT, 66, 3, 1)    /* mount slot, target slot|CWD, flags; target path ("" = the slot itself) */ \
    X(MOUNT_SETATTR, 67, 7, 0) /* slot, flags (AT_RECURSIVE), set, clear, propagation, userns slot or -1, reserved 0 */ \
    X(MOUNT, 68, 2, 4)         /* target slot|CWD, flags; source, target path ("" = the slot itself by /proc/self/fd), fstype, data: mount(2) */ \
    X(PIVOT, 69, 1, 0)         /* slot: fchdir, pivot_root(".", "."), umount2(".", MNT_DETACH), chdir("/") */ \
    X(MOVE_ROOT, 70, 1, 0)     /* slot: without pivot_root: MS_MOVE onto "/", chroot, chdir("/") */  \
    X(CHROOT, 71, 1, 0)        /* slot: fchdir, chroot("."), chdir("/") */                           \
    X(MASK, 72, 1, 1)          /* root slot; path: a file is covered by /dev/null, a directory by an empty read-only tmpfs; missing is fine */ \
    X(READONLY, 73, 1, 1)      /* root slot; path: a recursive bind on itself, its top made read-only; missing is fine */ \
    X(COPY_UP, 74, 2, 0)       /* from dir slot, to dir slot: copies a tree (tmpcopyup): types, modes, owners, times, xattrs */ \
    X(CONSOLE, 75, 6, 0)       /* root slot, rows, cols (0 0 leaves them), uid, gid (-1 as it is), flags enum plan_console: pty inside the container (dev/pts/ptmx in the root); its slave becomes 0-2 and the controlling tty (setsid included) */ \
    /* ---- process ---- */                                                                          \
    X(RLIMIT, 90, 3, 0)        /* resource, soft, hard (-1 = infinity) */                            \
    X(CAP_BOUNDING, 91, 1, 0)  /* mask that stays */                                                 \
    X(CAP_SET, 92, 3, 0)       /* effective, permitted, inheritable */                               \
    X(CAP_AMBIENT, 93, 1, 0)   /* mask */                                                            \
    X(KEEP_CAPS, 94, 1, 0)     /* PR_SET_KEEPCAPS */                                                 \
    X(NO_NEW_PRIVS, 95, 0, 0)                                                                        \
    X(SECCOMP, 96, 2, 2)       /* flags, listener slot of a connected unix socket or -1; program: struct sock_filter[]; message ("@PID@" as for HOOK in PARENT) that goes there with the notify descriptor. A helper without the program sends it: of the process itself only write(2) and wait4(2) must be open until then. Steps that follow need their calls; reporting a failure needs none but exit_group */ \
    X(SETGROUPS, 97, 0, 1)     /* blob of u32 gids */                                                \
    X(SETGID, 98, 1, 0)        /* setresgid */                                                       \
    X(SETUID, 99, 1, 0)        /* setresuid */                                                       \
    X(UMASK, 100, 1, 0)                                                                              \
    X(SETSID, 101, 0, 0)                                                                             \
    X(CHDIR, 102, 0, 1)        /* path; EXDEV when that lies outside the root */ \
    X(PERSONALITY, 103, 1, 0)                                                                        \
    X(SCHED_ATTR, 104, 0, 1)   /* blob: struct sched_attr */                                         \
    X(IOPRIO, 105, 1, 0)                                                                             \
    X(AFFINITY, 106, 0, 1)     /* blob: cpu mask */                                                  \
    X(MEMPOLICY, 107, 1, 1)    /* mode and flags; blob: node mask */                                 \
    X(KEYRING, 108, 0, 1)      /* joins a new session keyring of that name */                        \
    X(PASS_FD, 109, 2, 0)      /* slot, target number 3..1023: stays open across EXEC; targets are filled last, whatever number a slot has */ \
    X(PDEATHSIG, 110, 1, 0)                                                                          \
    X(HOOK, 111, 1, 4)         /* timeout ms (-1 none); path, argv list, env list, stdin ("@PID@" becomes the child's pid, as the launcher sees it in PARENT, as the child does in CHILD); stdout and stderr go into the failure */ \
    X(WAIT_START, 112, 0, 0)   /* reports CREATED and waits for START on the control socket or the task's socket */ \
    X(INIT, 113, 0, 0)         /* from here a small init stays as this process, with the rights and filters so far: it forwards signals, reaps, and exits as the command that the rest of the plan runs in its child, with 128 + signal where a signal ended it. The command gets its own process group, in the foreground of a terminal on 0 */ \
    X(DEFAULT_SIGNALS, 114, 0, 0) /* default actions, empty mask */                                  \
    X(FIND_PROGRAM, 115, 0, 2) /* file, search path: fails as EXEC would for a file that is not there or may not run */ \
    X(EXEC, 120, 0, 4)         /* file, argv list, env list, search path: a file without a slash is searched there as by execvp(3), what may not run is passed over; an executable file that is no program ends the process with 255 and a line on stderr; last op */ \
    X(EXEC_FD, 121, 1, 2)      /* slot; argv list, env list: execveat(AT_EMPTY_PATH); last op */

enum plan_op {
#define X(name, code, ints, strs) OP_##name = code,
    PLAN_OPS(X)
#undef X
};

enum plan_stdio {
    STDIO_NULL = 0,    /* 0-2 are /dev/null */
    STDIO_PIPES = 1,   /* monitor holds pipes: log and attach */
    STDIO_PTY = 2,     /* monitor holds the master of the pty that CONSOLE makes */
    STDIO_INHERIT = 3, /* slots 0, 1, 2 are the process's stdio as they are (OCI runtime command) */
};

enum plan_console {
    CONSOLE_BIND = 1,     /* bind the slave over /dev/console */
    CONSOLE_NO_ONLCR = 2, /* clear ONLCR, as runc does in the foreground */
};

#endif

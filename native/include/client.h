/*
 * The thin client's protocol. Contract between native/client and sampan.app.session.
 * Little-endian, over cli.sock (SOCK_STREAM) beside the API socket.
 *
 * The client first sends struct cli_request with SCM_RIGHTS 0, 1, 2 (a closed one is replaced by
 * /dev/null), then its text: cwd NUL argv (argc strings, NUL each) environment (envc, NUL each).
 * argv[0] tells the personality: "sampan" or "sampan-runc".
 * After that both sides send struct cli_frame with data. The daemon reads the caller's uid, gid and
 * pid from SO_PEERCRED and never opens a path in the caller's name: it asks with OPEN.
 */
#ifndef SAMPAN_CLIENT_H
#define SAMPAN_CLIENT_H
#include <stdint.h>

#define CLI_MAGIC 0x314c4353u /* "SCL1" */
#define CLI_VERSION 1
#define CLI_TEXT_MAX (2u << 20)
#define CLI_FRAME_MAX (64u << 10)

#define CLI_TTY_IN 1  /* stdin is a terminal */
#define CLI_TTY_OUT 2 /* stdout is one */
#define CLI_TTY_ERR 4

struct cli_request {
    uint32_t magic, version, size, flags; /* size of the text */
    uint32_t argc, envc;
    uint16_t rows, cols; /* of the terminal, 0 where there is none */
    uint32_t umask;
};

enum cli_type {
    /* client to daemon */
    CLI_SIGNAL = 1, /* i32 number: INT TERM HUP QUIT USR1 USR2 CONT TSTP PIPE */
    CLI_WINCH = 2,  /* u16 rows, u16 cols */
    CLI_OPENED = 3, /* u32 id, i32 errno; with SCM_RIGHTS one descriptor when errno is 0 */
    CLI_RAN = 4,    /* u32 id, i32 exit status, 128 + the signal, or 126, 127 as shells have it */
    /* daemon to client */
    CLI_EXIT = 16,  /* i32 exit code: the client restores the terminal and exits so */
    CLI_RAW = 17,   /* u8 enum cli_terminal: the terminal on the client's stdin */
    CLI_OPEN = 18,  /* u32 id, i32 flags, u32 mode, path: open(2) relative to the client's cwd, with its rights */
    CLI_BECOME = 19, /* struct cli_step..., with SCM_RIGHTS up to CLI_FDS: the client takes these steps itself,
                        with its own rights, and becomes the program of the last (sampan ns enter, ns unshare) */
    CLI_DIE = 20,   /* i32 signal: the client restores the terminal and kills itself with it */
    CLI_LAUNCH = 21, /* i32 slots..., with SCM_RIGHTS up to CLI_FDS: sampan-launch's image, a plan, the control
                        socket (see plan.h), then more: the client starts the launcher as its own child, so that
                        a container has the caller's parent, namespaces, limits and rights. A slot is an index of
                        the descriptors that came along, -1 for none, or -(n + 2) for the client's own n. */
    CLI_RUN = 22,   /* u32 id, argv (NUL each, found by PATH), with SCM_RIGHTS its descriptors 0, 1, 2: the client runs
                       it with its own rights and answers CLI_RAN; one at a time (credential helpers) */
};

enum cli_terminal {
    CLI_TERMINAL_AS_IT_WAS = 0,
    CLI_TERMINAL_RAW = 1,
    CLI_TERMINAL_RAW_INPUT = 2, /* output is processed as before: the container's terminal leaves newlines bare */
};

#define CLI_FDS 64
#define CLI_LAUNCH_FIRST 3 /* the first three descriptors of CLI_LAUNCH are no slots' */

/* One step of CLI_BECOME; data follows, padded to a multiple of 8. The first that fails ends the client
 * with exit status 1, EXEC as shells have it (126, 127), each with one line on stderr. */
struct cli_step {
    uint8_t code, fd; /* fd: index of a descriptor that came along */
    uint16_t zero;
    uint32_t length;
    int64_t number;
};

enum cli_step_code {
    STEP_SETNS = 1,   /* fd, number = CLONE_NEW* (pidfd or namespace file) */
    STEP_UNSHARE = 2, /* number = flags */
    STEP_FORK = 3,    /* the rest happens in a child; the parent waits and ends as the child did */
    STEP_WRITE = 4,   /* data = path NUL text: one write(2) */
    STEP_CHROOT = 5,  /* fd */
    STEP_CHDIR = 6,   /* data = path */
    STEP_FCHDIR = 7,  /* fd */
    STEP_MOUNT = 8,   /* number = flags; data = source NUL target NUL type NUL */
    STEP_SETGID = 9,  /* number; groups are cleared */
    STEP_SETUID = 10, /* number */
    STEP_EXEC = 11,   /* data = argv, NUL each; found by PATH */
    STEP_CHROOT_HERE = 12,    /* the working directory */
    STEP_PDEATHSIG = 13,      /* number = signal */
    STEP_KEEP_CAPS = 14,      /* permitted capabilities become ambient */
    STEP_UNSHARE_MAPPED = 15, /* number = flags; data = uid map NUL gid map NUL, empty for none: written from outside */
};

struct cli_frame {
    uint8_t type, zero[3];
    uint32_t length;
};

#endif

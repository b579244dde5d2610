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
    /* daemon to client */
    CLI_EXIT = 16,  /* i32 exit code: the client restores the terminal and exits so */
    CLI_RAW = 17,   /* u8 1 raw, 0 as it was: the terminal on the client's stdin */
    CLI_OPEN = 18,  /* u32 id, i32 flags, u32 mode, path: open(2) relative to the client's cwd, with its rights */
    CLI_EXEC = 19,  /* argv NUL..., environment as it is: the client becomes that program (sampan ns enter) */
    CLI_DIE = 20,   /* i32 signal: the client restores the terminal and kills itself with it */
};

struct cli_frame {
    uint8_t type, zero[3];
    uint32_t length;
};

#endif

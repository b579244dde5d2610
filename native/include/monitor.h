/*
 * What the monitor says and hears. Contract between native/launch and sampan.runtime.monitor.
 * Little-endian, except where the Docker stream header is named.
 *
 * 1. Control socket (fd 4, SOCK_SEQPACKET, to the daemon that spawned it). One packet, one message:
 *    struct mon_message, then its text. The end of the daemon is no event for a container that
 *    runs or waits in WAIT_START; in SYNC the launcher kills the child and fails with EPIPE. A plan
 *    with neither goes on to its start by itself.
 *    Order: [CREATED at SYNC] [CREATED at WAIT_START] (STARTED, EXITED | FAILED), DETACHED and
 *    OOM_SEEN anywhere before EXITED. Then the launcher closes the socket and ends: with status 0 after EXITED (or
 *    when it detached), 1 after FAILED, 2 after FAILED with STAGE_REFUSED.
 * 2. attach.sock in the task's directory (SOCK_STREAM, listening, mode 0600), for any number of
 *    clients (at most MON_CLIENTS_MAX; more wait to be accepted), among them a new daemon. It listens
 *    before the clone. A client first sends struct mon_hello in one piece; with ROLE_ATTACH and
 *    HELLO_FDS it comes with SCM_RIGHTS: one descriptor for each of HELLO_STDIN, HELLO_STDOUT,
 *    HELLO_STDERR that is set, in that order, and the monitor reads and writes those instead of the
 *    socket. keys_length bytes of detach keys follow. Nonsense ends the connection.
 *      ROLE_ATTACH     HELLO_STDIN, HELLO_STDOUT, HELLO_STDERR choose the streams; none of them means
 *                      all, except with HELLO_FDS.
 *                      monitor to client: Docker's stream frames (u8 stream 1|2, 3 zero bytes, u32
 *                      big-endian length, data), or the bare bytes with HELLO_RAW (a tty, one stream).
 *                      The end of the stream means that the process ended and everything was sent, or
 *                      that the client typed its detach keys.
 *                      With HELLO_FDS nothing but at most one struct mon_message DETACHED; the end
 *                      without it means that the process ended. An output descriptor that fails
 *                      (EPIPE) detaches the client.
 *                      client to monitor: frames (struct mon_frame) STDIN, STDIN_EOF, RESIZE.
 *                      A shutdown of the client's writing half, or STDIN_EOF, ends its stdin only.
 *                      Closing the connection detaches the client, whatever it sent is still fed.
 *      ROLE_SUPERVISE  monitor to client: struct mon_message STATE at once, then OOM_SEEN where
 *                      there was any, then what the control socket gets too: CREATED, STARTED, OOM_SEEN,
 *                      FAILED, EXITED.
 *                      client to monitor: frames RESIZE, START, LOG_REOPEN.
 *    A client whose hello was sent before GO or START was sees the output from its first byte on.
 *    The process's stdin takes what all clients send; with MON_STDIN_ONCE it ends when the stdin of
 *    the first client that announced HELLO_STDIN or sent any is over, by whatever way; a pty's never.
 *    Output waits for the slowest attached client within MON_BACKLOG_MAX, as in Docker; a client
 *    that goes away is dropped. A slow client holds EXITED up for at most MON_DRAIN; what it has not
 *    read then it still gets, as long as it makes progress within ten minutes.
 * 3. Files in the task's directory, each written aside and renamed:
 *      pid    "PID STARTTIME STARTED_NS\n"  starttime as in /proc/PID/stat field 22; STARTED_NS is 0
 *             as long as the process is only created (SYNC, WAIT_START)
 *      exit   "PID STATUS OOM STARTED_NS FINISHED_NS\n"  STATUS is wait(2)'s; OOM 0|1; CLOCK_REALTIME ns;
 *             written when the log is complete, before the last client got everything; where the
 *             disk does not take it and no daemon hears the end, the monitor stays until one of both does
 *      fail   "STEP CODE STAGE ERRNO PATH\n"   the plan failed before EXEC succeeded; PATH is the rest
 *             of the file, which may be empty or contain anything
 *    attach.sock is removed after exit or fail was written, and before EXITED or FAILED is told: who
 *    hears them finds directory and log untouched from then on. A socket that a killed monitor left
 *    behind makes MON_DIR fail with EADDRINUSE. A plan that the reader refuses has no
 *    directory: only the control socket tells.
 */
#ifndef SAMPAN_MONITOR_H
#define SAMPAN_MONITOR_H
#include <stdint.h>

#define MON_MAGIC 0x314e4d53u /* "SMN1" */
#define MON_CLIENTS_MAX 64
#define MON_FRAME_MAX (64u << 10)
#define MON_BACKLOG_MAX (256u << 10)
#define MON_TEXT_MAX 4096

enum mon_type {
    MON_CREATED = 1, /* a = pid */
    MON_STARTED = 2, /* a = pid, b = started ns */
    /*
     * a = step (index in the plan from 0), b = errno, c = code | stage << 16, d = 0 or a wait status;
     * text = path, and for some steps NUL and what they know more: HOOK its output (at most 1400
     * bytes), FSMOUNT and FSCONFIG* what the kernel's file system context said. b is ECANCELED for a
     * HOOK that ended with status d, ETIMEDOUT for one that was killed, ESRCH when the child itself
     * died in the step with status d.
     * EXEC, EXEC_FD and FIND_PROGRAM fail with execve's errno, EXEC and FIND_PROGRAM for a directory with EISDIR. Stage STAGE_REFUSED: the text says why.
     */
    MON_FAILED = 3,
    MON_EXITED = 4,   /* a = pid, b = wait status, c = OOM kill seen, d = finished ns */
    MON_STATE = 5,    /* a = pid, b = 0 created, 1 running, 2 exited; d = started ns */
    MON_DETACHED = 6, /* a = 0 by the detach keys, else the errno with which its output failed (EPIPE) */
    MON_OOM_SEEN = 7, /* b = how often so far; told again whenever it grew */
    MON_GO = 16,      /* daemon: after SYNC */
    MON_START = 17,   /* daemon: after WAIT_START */
    MON_RESIZE = 18,  /* daemon: a = rows, b = cols */
};

struct mon_message {
    uint32_t type, text_length;
    int64_t a, b, c, d;
    /* text */
};

enum mon_role { ROLE_ATTACH = 1, ROLE_SUPERVISE = 2 };
#define HELLO_STDIN 1
#define HELLO_STDOUT 2
#define HELLO_STDERR 4
#define HELLO_RAW 8
#define HELLO_FDS 16

struct mon_hello {
    uint32_t magic, role, flags;
    uint32_t keys_length; /* 0, or as many bytes of detach keys follow, at most PLAN_KEYS_MAX */
};

enum mon_frame_type {
    FRAME_STDIN = 0,
    FRAME_STDIN_EOF = 1,
    FRAME_RESIZE = 2, /* u16 rows, u16 cols */
    FRAME_START = 3,
    FRAME_LOG_REOPEN = 4,
};

struct mon_frame {
    uint8_t type, zero[3];
    uint32_t length; /* of the data that follows; at most 64 KiB */
};

#endif

/*
 * What the monitor says and hears. Contract between native/launch and sampan.runtime.monitor.
 * Little-endian, except where the Docker stream header is named.
 *
 * 1. Control socket (fd 4, SOCK_SEQPACKET, to the daemon that spawned it). One packet, one message:
 *    struct mon_message, then its text. The end of the daemon is no event for a container that
 *    runs; before STARTED (in SYNC) it kills the child and ends.
 * 2. attach.sock in the task's directory (SOCK_STREAM, listening, mode 0600), for any number of
 *    clients (at most MON_CLIENTS_MAX), among them a new daemon. A client first sends struct mon_hello;
 *    with ROLE_ATTACH and HELLO_FDS it comes with SCM_RIGHTS: one descriptor for each of
 *    HELLO_STDIN, HELLO_STDOUT, HELLO_STDERR that is set, in that order, and the monitor reads and
 *    writes those instead of the socket.
 *      ROLE_ATTACH     monitor to client: Docker's stream frames (u8 stream 1|2, 3 zero bytes, u32
 *                      big-endian length, data), or the bare bytes with HELLO_RAW (a tty, one stream).
 *                      The end of the stream means that the process ended and everything was sent.
 *                      client to monitor: frames (struct mon_frame) STDIN, STDIN_EOF, RESIZE.
 *                      A shutdown of the client's writing half ends its stdin only.
 *      ROLE_SUPERVISE  monitor to client: struct mon_message STATE at once, EXITED at the end.
 *                      client to monitor: frames RESIZE, START, LOG_REOPEN.
 *    Output waits for the slowest attached client within MON_BACKLOG_MAX, as in Docker; a client
 *    that goes away is dropped.
 * 3. Files in the task's directory, each written aside and renamed:
 *      pid    "PID STARTTIME STARTED_NS\n"  starttime as in /proc/PID/stat field 22
 *      exit   "PID STATUS OOM STARTED_NS FINISHED_NS\n"  STATUS is wait(2)'s; OOM 0|1; CLOCK_REALTIME ns
 *      fail   "STEP CODE STAGE ERRNO PATH\n"   the plan failed before EXEC succeeded
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
    MON_FAILED = 3,  /* a = step (index in the plan from 0), b = errno, c = code | stage << 16; text = path */
    MON_EXITED = 4,  /* a = pid, b = wait status, c = OOM kill seen, d = finished ns */
    MON_STATE = 5,   /* a = pid, b = 0 created, 1 running, 2 exited; d = started ns */
    MON_DETACHED = 6, /* a = 0 by the detach keys, else the errno with which its output failed (EPIPE) */
    MON_GO = 16,     /* daemon: after SYNC */
    MON_START = 17,  /* daemon: after WAIT_START */
    MON_RESIZE = 18, /* daemon: a = rows, b = cols */
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

/* What the files of the thin client share. */
#ifndef SAMPAN_CLIENT_SESSION_H
#define SAMPAN_CLIENT_SESSION_H
#include <signal.h>
#include <stddef.h>
#include <stdint.h>

/* die.c: one line on stderr, the terminal as it was, exit(status). */
_Noreturn void fail(int status, const char *what, const char *subject);

/* connect.c: a connected cli.sock; starts the daemon where none answers. */
int connect_daemon(const char *personality);

/* terminal.c */
void terminal_raw(int mode); /* enum cli_terminal */
void terminal_restore(void);
void terminal_size(uint16_t *rows, uint16_t *cols);

/* wire.c */
void send_request(int sock, int argc, char **argv);
void send_frame(int sock, int type, const void *data, uint32_t length, int fd);
/* Reads one frame into data (CLI_FRAME_MAX); returns its type, or 0 at end of file. fds gets up to
 * CLI_FDS descriptors, unused ones -1. */
int read_frame(int sock, void *data, uint32_t *length, int *fds);

/* spawn.c: runs a program beside the session; `before` is its signal mask. Its end is told when
 * reap_program is called after a SIGCHLD. */
void spawn_program(int sock, unsigned char *data, uint32_t length, const int *fds, const sigset_t *before);
void reap_program(int sock);

/* become.c: takes the steps; does not return. */
_Noreturn void become(const unsigned char *steps, uint32_t length, const int *fds);

/* launch.c: starts sampan-launch as a child and closes the descriptors. The daemon notices one that
 * cannot run by the end of its control socket. */
void launch(const unsigned char *slots, uint32_t length, const int *fds);

/* Waits until what launch() started is over; returns at once where it started nothing. */
void await_launcher(void);

#endif

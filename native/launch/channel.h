/* Bytes and descriptors over a unix socket, restarted after signals, never raising SIGPIPE. */
#ifndef SAMPAN_CHANNEL_H
#define SAMPAN_CHANNEL_H
#include <stddef.h>
#include <sys/types.h>

#define CHANNEL_FDS_MAX 3

/* Sends all bytes in one call, with fd unless it is -1. 0 or a negative errno. */
int channel_send(int socket, const void *bytes, size_t size, int fd);

/*
 * One recvmsg: number of bytes, 0 at the end, or a negative errno. fds, with room for limit, are
 * filled with what came, the rest with -1; surplus descriptors are closed.
 */
ssize_t channel_receive(int socket, void *bytes, size_t size, int *fds, int limit, int flags);

/* 1 when a call on fd would not block, 0 after ms milliseconds (-1 for ever), or a negative errno. */
int channel_wait(int fd, short events, int ms);

#endif

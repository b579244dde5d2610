/*
 * Who is connected to the task: clients of attach.sock, and those that were attached from the start
 * by their own descriptors. At most MON_CLIENTS_MAX; without any this costs no memory.
 */
#ifndef SAMPAN_CLIENTS_H
#define SAMPAN_CLIENTS_H
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

#include "../include/monitor.h"
#include "sink.h"

#define CLIENT_POLLS 4 /* descriptors of one client at most */

/* The listening socket, which is taken over. */
void clients_listen(int fd);
int clients_listener(void);
bool clients_full(void);

/* Accepts whoever waits and reads the hellos that have come already. */
void clients_accept(void);

/* Adds entries for poll, at most CLIENT_POLLS * MON_CLIENTS_MAX, and handles what poll said of them. */
int clients_poll(struct pollfd *fds);
void clients_handle(const struct pollfd *fds, int count);

/* Output of stream 0 or 1 to every attached client. */
void clients_feed(int stream, const char *bytes, size_t size);

/* Whether a client is so far behind that output has to wait, and whether any has a backlog. */
bool clients_behind(void);
bool clients_backlog(void);

/* A message to every supervisor. */
void clients_tell(const struct mon_message *message, const char *text);

/* Ends the stream of every attached client that got everything; force: of all clients. */
void clients_end(bool force);
bool clients_any(void);
/* Whether a daemon listens by attach.sock. */
bool clients_supervised(void);

/* Nothing flows: gives memory back. */
void clients_idle(void);

/* In the child: closes everything. */
void clients_forget(void);

/* In the child: takes the listening socket out of what clients_forget closes. */
int clients_keep_listener(void);

#endif

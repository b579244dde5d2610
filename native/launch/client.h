/* One connected client and its half of the protocol. */
#ifndef SAMPAN_CLIENT_STATE_H
#define SAMPAN_CLIENT_STATE_H
#include "../include/plan.h"
#include "clients.h"

enum client_state { CLIENT_FREE, CLIENT_HELLO, CLIENT_KEYS, CLIENT_FRAME, CLIENT_BODY };

struct client {
    uint8_t state, role, flags, frame;
    bool input_over; /* nothing more comes from it */
    bool feeds;      /* its stdin counts for MON_STDIN_ONCE */
    int sock;        /* -1 for one that was attached from the start */
    int in;          /* its own stdin with HELLO_FDS, or -1 */
    struct sink out[2]; /* HELLO_FDS: its stdout and stderr; else out[0] is the socket for both */
    uint32_t left;   /* of the frame's body */
    uint8_t head_length, keys_length, keys_matched;
    unsigned char head[8];
    char keys[PLAN_KEYS_MAX];
};

/* Reads what is there. False when the client is to be dropped. */
bool client_read_socket(struct client *c);
bool client_read_own(struct client *c);

/* Whether its socket, and its own stdin, may be read now. */
bool client_takes_socket(const struct client *c);
bool client_takes_own(const struct client *c);

/* Its stdin is over, by whatever way; more than once is fine. */
void client_input_over(struct client *c);

/* It leaves before the end: by its keys, or because its own output is broken. */
void client_tell_detached(struct client *c);

void client_tell(struct client *c, const struct mon_message *message, const char *text);

#endif

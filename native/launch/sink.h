/*
 * Where output goes: one descriptor, written without ever blocking the monitor, and the backlog of
 * what it has not taken yet.
 */
#ifndef SAMPAN_SINK_H
#define SAMPAN_SINK_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../include/monitor.h"

/* After the process ended its pipes are emptied whatever a slow client does: two pipes of 1 MiB. */
#define SINK_CAPACITY (MON_BACKLOG_MAX + (3u << 20))

struct sink {
    int fd;    /* -1 closed */
    int error; /* errno that broke it, 0 as long as it works */
    uint8_t kind;
    bool borrowed; /* the descriptor is closed by somebody else */
    uint32_t start, length; /* the backlog within buffer */
    char *buffer;
};

/* Takes fd over. Refuses (false, fd closed) what is not open for writing. */
bool sink_open(struct sink *sink, int fd);

/* A socket that somebody else owns. */
void sink_borrow(struct sink *sink, int fd);
void sink_close(struct sink *sink);

/* Writes head and data, or keeps what does not go. On an error the sink is broken and takes no more. */
void sink_put(struct sink *sink, const void *head, size_t head_size, const void *data, size_t size);

/* Writes some of the backlog; called when poll says that the descriptor takes it. */
void sink_flush(struct sink *sink);

/* Gives back the memory of an empty backlog. */
void sink_trim(struct sink *sink);

#endif

/*
 * Op WAIT_START in the child. Mostly its launcher passes START on. With MON_DETACH the launcher has
 * left: then the child answers on attach.sock itself, to one supervisor after the other.
 */
#ifndef SAMPAN_WAIT_START_H
#define SAMPAN_WAIT_START_H
#include "run.h"

/* In the child: the listening socket is needed here and not to be closed. */
void wait_start_listens(int listener);

/* Tells whoever sent START to the child itself that a later step failed. */
void wait_start_failed(const struct failure *failure);

#endif

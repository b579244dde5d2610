#ifndef SAMPAN_MOUNTS_H
#define SAMPAN_MOUNTS_H
#include <stdbool.h>

/* Mounts what the descriptor source names over target as well. 0 or a negative errno. */
int mounts_bind(int source, int target, bool recursive);

#endif

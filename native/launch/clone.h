/* The container's process between clone and exec. */
#ifndef SAMPAN_CLONE_H
#define SAMPAN_CLONE_H
#include <stdint.h>
#include <sys/types.h>

/* The child's pid and pidfd in the launcher, 0 and -1 before CLONE. */
pid_t clone_child(void);
int clone_pidfd(void);

/* From now on this process can be neither traced nor looked into by its peers in namespaces. */
void clone_hide(void);

/*
 * Called after a change of uid. The kernel hides a process then; as root of a fresh user namespace
 * it must open its own files in procfs again, and nobody else lives there yet.
 */
void clone_became(int64_t uid);

/* Clones like fork(2): 0 in the child. flags are CLONE_NEW*; cgroup is a descriptor or -1. */
pid_t clone_process(uint64_t flags, int cgroup, int *pidfd);

#endif

/*
 * The kernel's interface as far as neither musl nor an old libc header knows it. Stated here so that
 * the build needs no kernel headers; values are ABI (man pages of the calls, linux/uapi).
 */
#ifndef SAMPAN_KERNEL_H
#define SAMPAN_KERNEL_H
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

struct k_open_how {
    uint64_t flags, mode, resolve;
};
#define K_RESOLVE_NO_XDEV 0x01
#define K_RESOLVE_NO_MAGICLINKS 0x02
#define K_RESOLVE_NO_SYMLINKS 0x04
#define K_RESOLVE_BENEATH 0x08
#define K_RESOLVE_IN_ROOT 0x10

struct k_clone_args {
    uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
    uint64_t set_tid, set_tid_size, cgroup;
};
#define K_CLONE_NEWTIME 0x80ull
#define K_CLONE_PIDFD 0x1000ull
#define K_CLONE_NEWNS 0x20000ull
#define K_CLONE_NEWCGROUP 0x2000000ull
#define K_CLONE_NEWUTS 0x4000000ull
#define K_CLONE_NEWIPC 0x8000000ull
#define K_CLONE_NEWUSER 0x10000000ull
#define K_CLONE_NEWPID 0x20000000ull
#define K_CLONE_NEWNET 0x40000000ull
#define K_CLONE_INTO_CGROUP 0x200000000ull
#define K_CLONE_KINDS                                                                          \
    (K_CLONE_NEWNS | K_CLONE_NEWCGROUP | K_CLONE_NEWUTS | K_CLONE_NEWIPC | K_CLONE_NEWUSER |   \
     K_CLONE_NEWPID | K_CLONE_NEWNET)

struct k_mount_attr {
    uint64_t attr_set, attr_clr, propagation, userns_fd;
};
#define K_OPEN_TREE_CLONE 1
#define K_OPEN_TREE_CLOEXEC 02000000
#define K_AT_RECURSIVE 0x8000
#define K_AT_EMPTY_PATH 0x1000
#define K_MOVE_MOUNT_F_EMPTY_PATH 0x04
#define K_MOVE_MOUNT_T_EMPTY_PATH 0x40
#define K_FSOPEN_CLOEXEC 1
#define K_FSMOUNT_CLOEXEC 1
#define K_FSCONFIG_SET_FLAG 0
#define K_FSCONFIG_SET_STRING 1
#define K_FSCONFIG_SET_FD 5
#define K_FSCONFIG_CMD_CREATE 6
#define K_MOUNT_ATTR_RDONLY 0x01
#define K_MOUNT_ATTR_NOSUID 0x02
#define K_MOUNT_ATTR_NODEV 0x04
#define K_MOUNT_ATTR_NOEXEC 0x08

#define K_PROC_SUPER_MAGIC 0x9fa0
#define K_CLOSE_RANGE_CLOEXEC 4
#define K_P_PIDFD 3
#define K_KEYCTL_JOIN_SESSION_KEYRING 1
#define K_SECCOMP_SET_MODE_FILTER 1
#define K_SECCOMP_FILTER_FLAG_NEW_LISTENER 8
#define K_CAPABILITY_VERSION_3 0x20080522
#define K_TIOCGPTPEER 0x5441

struct k_sock_filter {
    uint16_t code;
    uint8_t jt, jf;
    uint32_t k;
};
struct k_sock_fprog {
    unsigned short len;
    const struct k_sock_filter *filter;
};

struct k_cap_header {
    uint32_t version;
    int pid;
};
struct k_cap_data {
    uint32_t effective, permitted, inheritable;
};

static inline int k_openat2(int dir, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve)
{
    struct k_open_how how = {flags, mode, resolve};
    return (int)syscall(SYS_openat2, dir, path, &how, sizeof how);
}

static inline int k_open_tree(int dir, const char *path, unsigned flags)
{
    return (int)syscall(SYS_open_tree, dir, path, flags | K_OPEN_TREE_CLOEXEC);
}

static inline int k_move_mount(int from, int to, const char *path, unsigned flags)
{
    return (int)syscall(SYS_move_mount, from, "", to, path, flags | K_MOVE_MOUNT_F_EMPTY_PATH);
}

static inline int k_mount_setattr(int fd, unsigned flags, struct k_mount_attr *attr)
{
    return (int)syscall(SYS_mount_setattr, fd, "", flags | K_AT_EMPTY_PATH, attr, sizeof *attr);
}

static inline int k_fsconfig(int fs, unsigned command, const char *key, const void *value, int aux)
{
    return (int)syscall(SYS_fsconfig, fs, command, key, value, aux);
}

static inline int k_close_range(unsigned first, unsigned last, unsigned flags)
{
    return (int)syscall(SYS_close_range, first, last, flags);
}

#endif

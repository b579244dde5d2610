/*
 * What the kernel alone takes for a container that runs /bin/true: the bound that no engine can
 * beat, measured without any engine.
 *
 *   lowerbound ROOTFS SCRATCH COUNT PART...
 *
 * Each time a child is cloned into new mount, pid, ipc, uts, cgroup and network namespaces, gets
 * the usual mounts, pivots into ROOTFS and executes /bin/true; then everything that was made is
 * removed. One line per time: nanoseconds. PARTs add to it:
 *   overlay  the root is an overlay with an upper directory below SCRATCH
 *   cgroup   a cgroup in each v1 hierarchy, or one in v2, with a pids limit
 *   veth     an address and a route on a veth whose other end is in a bridge (in a network
 *            namespace of our own: the machine's links stay as they are)
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <linux/sched.h>
#include <linux/veth.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define HIERARCHIES_MAX 16
#define REMOVE_TRIES_MAX 2000
#define GATEWAY 0x0100fa0a /* 10.250.0.1 in network order */

static const char *rootfs, *scratch;
static bool with_overlay, with_cgroup, with_veth;

static void need(bool fine, const char *what) {
    if (!fine) {
        fprintf(stderr, "lowerbound: %s: %s\n", what, strerror(errno));
        _exit(111);
    }
}

static int64_t nanoseconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* ---- links ---- */

struct request {
    struct nlmsghdr head;
    char body[512];
};

static void *tail(struct request *r) {
    return (char *)r + NLMSG_ALIGN(r->head.nlmsg_len);
}

static struct rtattr *attribute(struct request *r, int type, const void *data, size_t length) {
    struct rtattr *a = tail(r);
    a->rta_type = (unsigned short)type;
    a->rta_len = (unsigned short)RTA_LENGTH(length);
    if (length) memcpy(RTA_DATA(a), data, length);
    r->head.nlmsg_len = NLMSG_ALIGN(r->head.nlmsg_len) + RTA_ALIGN(a->rta_len);
    return a;
}

static void nest_end(struct request *r, struct rtattr *a) {
    a->rta_len = (unsigned short)((char *)tail(r) - (char *)a);
}

static struct request request(int type, int flags, const void *fixed, size_t length) {
    struct request r = {.head = {.nlmsg_len = (uint32_t)NLMSG_LENGTH(length), .nlmsg_type = (uint16_t)type,
                            .nlmsg_flags = (uint16_t)(NLM_F_REQUEST | NLM_F_ACK | flags)}};
    memcpy(r.body, fixed, length);
    return r;
}

static void ask(int netlink, struct request *r, const char *what) {
    char answer[2048];
    need(send(netlink, r, r->head.nlmsg_len, 0) > 0, what);
    need(recv(netlink, answer, sizeof answer, 0) > 0, what);
    const struct nlmsghdr *head = (void *)answer;
    if (head->nlmsg_type == NLMSG_ERROR) errno = -((const struct nlmsgerr *)NLMSG_DATA(head))->error;
    need(head->nlmsg_type != NLMSG_ERROR || errno == 0, what);
}

static int netlink_open(void) {
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    need(fd >= 0, "netlink");
    return fd;
}

static void link_up(int netlink, int index) {
    struct ifinfomsg m = {.ifi_index = index, .ifi_flags = IFF_UP, .ifi_change = IFF_UP};
    struct request r = request(RTM_NEWLINK, 0, &m, sizeof m);
    ask(netlink, &r, "link up");
}

static void address_add(int netlink, int index, uint32_t address) {
    struct ifaddrmsg m = {.ifa_family = AF_INET, .ifa_prefixlen = 16, .ifa_index = (unsigned)index};
    struct request r = request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, &m, sizeof m);
    attribute(&r, IFA_LOCAL, &address, 4);
    attribute(&r, IFA_ADDRESS, &address, 4);
    ask(netlink, &r, "address");
}

static int bridge_add(int netlink) {
    struct ifinfomsg m = {0};
    struct request r = request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &m, sizeof m);
    attribute(&r, IFLA_IFNAME, "bench0", 7);
    struct rtattr *kind = attribute(&r, IFLA_LINKINFO, 0, 0);
    attribute(&r, IFLA_INFO_KIND, "bridge", 6);
    nest_end(&r, kind);
    ask(netlink, &r, "bridge");
    int index = (int)if_nametoindex("bench0");
    address_add(netlink, index, GATEWAY);
    link_up(netlink, index);
    return index;
}

static void veth_add(int netlink, int bridge, int number, pid_t peer) {
    char name[IFNAMSIZ];
    snprintf(name, sizeof name, "b%d", number);
    struct ifinfomsg m = {.ifi_flags = IFF_UP, .ifi_change = IFF_UP}, other = {0};
    struct request r = request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &m, sizeof m);
    attribute(&r, IFLA_IFNAME, name, strlen(name) + 1);
    attribute(&r, IFLA_MASTER, &bridge, 4);
    struct rtattr *kind = attribute(&r, IFLA_LINKINFO, 0, 0);
    attribute(&r, IFLA_INFO_KIND, "veth", 4);
    struct rtattr *data = attribute(&r, IFLA_INFO_DATA, 0, 0);
    struct rtattr *end = attribute(&r, VETH_INFO_PEER, 0, 0);
    memcpy(tail(&r), &other, sizeof other);
    r.head.nlmsg_len = NLMSG_ALIGN(r.head.nlmsg_len) + NLMSG_ALIGN(sizeof other);
    attribute(&r, IFLA_IFNAME, "eth0", 5);
    attribute(&r, IFLA_NET_NS_PID, &peer, 4);
    nest_end(&r, end);
    nest_end(&r, data);
    nest_end(&r, kind);
    ask(netlink, &r, "veth");
}

static void links_inside(int number) {
    int netlink = netlink_open();
    link_up(netlink, 1);
    if (with_veth) {
        int index = (int)if_nametoindex("eth0");
        uint32_t gateway = GATEWAY;
        address_add(netlink, index, 0x0000fa0a | (uint32_t)(number % 250 + 2) << 24 | 1u << 16);
        link_up(netlink, index);
        struct rtmsg m = {.rtm_family = AF_INET, .rtm_table = RT_TABLE_MAIN, .rtm_protocol = RTPROT_BOOT, .rtm_type = RTN_UNICAST};
        struct request r = request(RTM_NEWROUTE, NLM_F_CREATE, &m, sizeof m);
        attribute(&r, RTA_GATEWAY, &gateway, 4);
        attribute(&r, RTA_OIF, &index, 4);
        ask(netlink, &r, "route");
    }
    close(netlink);
}

/* ---- cgroups ---- */

static char hierarchies[HIERARCHIES_MAX][64];
static int hierarchy_count;

static void hierarchies_find(void) {
    static const char *const names[] = {"", "/cpu,cpuacct", "/cpu", "/cpuacct", "/memory", "/pids", "/devices", "/freezer", "/blkio"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[128], real[128] = "";
        snprintf(path, sizeof path, "/sys/fs/cgroup%s/cgroup.procs", names[i]);
        if (access(path, F_OK) || readlink(path, real, sizeof real - 1) > 0) continue;
        snprintf(hierarchies[hierarchy_count++], 64, "/sys/fs/cgroup%s", names[i]);
        if (i == 0) break;
    }
}

static void cgroup_name(char *path, size_t size, int hierarchy, int number, const char *file) {
    snprintf(path, size, "%s/bench-%d-%d%s", hierarchies[hierarchy], getpid(), number, file);
}

static bool put(const char *path, const char *text) {
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) return false;
    bool fine = write(fd, text, strlen(text)) >= 0;
    close(fd);
    return fine;
}

static void cgroups_make(int number, pid_t pid) {
    char path[256], text[16];
    snprintf(text, sizeof text, "%d", pid);
    for (int i = 0; i < hierarchy_count; i++) {
        cgroup_name(path, sizeof path, i, number, "");
        need(mkdir(path, 0755) == 0, path);
        cgroup_name(path, sizeof path, i, number, "/pids.max");
        put(path, "1000"); /* exists in one of the hierarchies only */
        cgroup_name(path, sizeof path, i, number, "/cgroup.procs");
        need(put(path, text), path);
    }
}

static void cgroups_remove(int number) {
    char path[256];
    for (int i = 0; i < hierarchy_count; i++) {
        cgroup_name(path, sizeof path, i, number, "");
        for (int tries = 0; rmdir(path) && tries < REMOVE_TRIES_MAX; tries++) usleep(50);
    }
}

/* ---- the child ---- */

static void mount_at(const char *root, const char *place, const char *kind, unsigned long flags, const char *options) {
    char path[512];
    snprintf(path, sizeof path, "%s%s", root, place);
    mkdir(path, 0755);
    need(mount(kind, path, kind, flags, options) == 0, path);
}

static void devices_make(const char *root) {
    static const struct { const char *name; unsigned major, minor; } devices[] = {
        {"null", 1, 3}, {"zero", 1, 5}, {"full", 1, 7}, {"random", 1, 8}, {"urandom", 1, 9}, {"tty", 5, 0}};
    char path[512];
    umask(0);
    for (size_t i = 0; i < sizeof devices / sizeof *devices; i++) {
        snprintf(path, sizeof path, "%s/dev/%s", root, devices[i].name);
        need(mknod(path, S_IFCHR | 0666, makedev(devices[i].major, devices[i].minor)) == 0, path);
    }
    static const char *const links[][2] = {{"ptmx", "pts/ptmx"}, {"fd", "/proc/self/fd"}, {"stdin", "/proc/self/fd/0"},
        {"stdout", "/proc/self/fd/1"}, {"stderr", "/proc/self/fd/2"}};
    for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
        snprintf(path, sizeof path, "%s/dev/%s", root, links[i][0]);
        need(symlink(links[i][1], path) == 0, path);
    }
}

static void cover_paths(void) {
    static const char *const readonly[] = {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"};
    static const char *const masked[] = {"/proc/kcore", "/proc/keys", "/proc/timer_list"};
    const unsigned long closed = MS_NOSUID | MS_NODEV | MS_NOEXEC;
    for (size_t i = 0; i < sizeof readonly / sizeof *readonly; i++)
        if (mount(readonly[i], readonly[i], 0, MS_BIND | MS_REC, 0) == 0)
            need(mount(0, readonly[i], 0, MS_BIND | MS_REMOUNT | MS_RDONLY | closed, 0) == 0, readonly[i]);
    for (size_t i = 0; i < sizeof masked / sizeof *masked; i++)
        need(mount("/dev/null", masked[i], 0, MS_BIND, 0) == 0 || errno == ENOENT, masked[i]);
}

static _Noreturn void child(int number, int go) {
    char root[300], options[1200], byte;
    const unsigned long closed = MS_NOSUID | MS_NOEXEC | MS_NODEV;
    need(read(go, &byte, 1) == 1, "go");
    need(mount(0, "/", 0, MS_REC | MS_PRIVATE, 0) == 0, "private");
    if (with_overlay) {
        snprintf(root, sizeof root, "%s/%d/merged", scratch, number);
        snprintf(options, sizeof options, "lowerdir=%s,upperdir=%s/%d/upper,workdir=%s/%d/work", rootfs, scratch, number, scratch, number);
        need(mount("overlay", root, "overlay", 0, options) == 0, "overlay");
    } else {
        snprintf(root, sizeof root, "%s", rootfs);
        need(mount(root, root, 0, MS_BIND, 0) == 0, "bind");
    }
    mount_at(root, "/proc", "proc", closed, 0);
    mount_at(root, "/dev", "tmpfs", MS_NOSUID, "mode=755,size=65536k");
    mount_at(root, "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0620");
    mount_at(root, "/dev/shm", "tmpfs", closed, "mode=1777,size=65536k");
    mount_at(root, "/dev/mqueue", "mqueue", closed, 0);
    mount_at(root, "/sys", "sysfs", closed | MS_RDONLY, 0);
    devices_make(root);
    links_inside(number);
    need(chdir(root) == 0, root);
    need(syscall(SYS_pivot_root, ".", ".") == 0, "pivot_root");
    need(umount2(".", MNT_DETACH) == 0, "umount");
    need(chdir("/") == 0, "/");
    cover_paths();
    need(sethostname("bench", 5) == 0, "sethostname");
    for (int capability = 14; capability < 41; capability++) prctl(PR_CAPBSET_DROP, capability);
    char *argv[] = {"/bin/true", 0}, *envp[] = {"PATH=/bin", 0};
    execve(argv[0], argv, envp);
    need(false, "exec");
    _exit(111);
}

static void scratch_dirs(int number, bool make) {
    static const char *const parts[] = {"", "/upper", "/merged", "/work", "/work/work"};
    char path[300];
    for (int i = 0; i < 5; i++) {
        int part = make ? i : 4 - i;
        snprintf(path, sizeof path, "%s/%d%s", scratch, number, parts[part]);
        if (!make) rmdir(path);
        else if (part < 4) need(mkdir(path, 0755) == 0, path);
    }
}

static int64_t once(int number, int netlink, int bridge) {
    int go[2], status;
    int64_t begin = nanoseconds();
    if (with_overlay) scratch_dirs(number, true);
    need(pipe2(go, O_CLOEXEC) == 0, "pipe");
    struct clone_args args = {.exit_signal = SIGCHLD,
        .flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP | CLONE_NEWNET};
    pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof args);
    need(pid >= 0, "clone3");
    if (pid == 0) child(number, go[0]);
    if (with_cgroup) cgroups_make(number, pid);
    if (with_veth) veth_add(netlink, bridge, number, pid);
    need(write(go[1], "g", 1) == 1, "go");
    close(go[0]);
    close(go[1]);
    need(waitpid(pid, &status, 0) == pid, "wait");
    if (with_cgroup) cgroups_remove(number);
    if (with_overlay) scratch_dirs(number, false);
    errno = 0;
    need(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the child failed");
    return nanoseconds() - begin;
}

int main(int argc, char **argv) {
    if (argc < 4) {
        fprintf(stderr, "usage: lowerbound ROOTFS SCRATCH COUNT [overlay] [cgroup] [veth]\n");
        return 2;
    }
    rootfs = realpath(argv[1], 0);
    scratch = realpath(argv[2], 0);
    need(rootfs && scratch && strlen(rootfs) < 256 && strlen(scratch) < 256, "ROOTFS, SCRATCH");
    for (int i = 4; i < argc; i++) {
        with_overlay |= !strcmp(argv[i], "overlay");
        with_cgroup |= !strcmp(argv[i], "cgroup");
        with_veth |= !strcmp(argv[i], "veth");
    }
    int netlink = -1, bridge = 0;
    if (with_veth) {
        need(unshare(CLONE_NEWNET) == 0, "unshare");
        netlink = netlink_open();
        bridge = bridge_add(netlink);
    }
    if (with_cgroup) hierarchies_find();
    for (int i = 0, count = atoi(argv[3]); i < count; i++) printf("%lld\n", (long long)once(i, netlink, bridge));
    return 0;
}

package sampan.linux.sys;

/// System call numbers of x86-64 (asm/unistd_64.h) and arm64 (asm-generic/unistd.h), chosen by the
/// architecture that this Java runs on.
public final class Nr {
    /// Whether this is arm64; its open(2) flags and epoll_event differ from those of x86-64 too.
    static final boolean ARM64 = "aarch64".equals(System.getProperty("os.arch"));

    // descriptors
    public static final long READ = of(0, 63);
    public static final long WRITE = of(1, 64);
    public static final long CLOSE = of(3, 57);
    public static final long PREAD64 = of(17, 67);
    public static final long PWRITE64 = of(18, 68);
    public static final long PWRITEV2 = of(328, 287);
    public static final long LSEEK = of(8, 62);
    public static final long IOCTL = of(16, 29);
    public static final long FCNTL = of(72, 25);
    public static final long FLOCK = of(73, 32);
    public static final long FSYNC = of(74, 82);
    public static final long FDATASYNC = of(75, 83);
    public static final long SYNCFS = of(306, 267);
    public static final long SYNC = of(162, 81);
    public static final long FTRUNCATE = of(77, 46);
    public static final long FALLOCATE = of(285, 47);
    public static final long SYNC_FILE_RANGE = of(277, 84);
    public static final long FADVISE64 = of(221, 223);
    public static final long COPY_FILE_RANGE = of(326, 285);
    public static final long SENDFILE = of(40, 71);
    public static final long SPLICE = of(275, 76);
    public static final long CLOSE_RANGE = of(436, 436);
    public static final long PIPE2 = of(293, 59);
    public static final long DUP3 = of(292, 24);
    public static final long MEMFD_CREATE = of(319, 279);
    public static final long GETRANDOM = of(318, 278);
    public static final long MMAP = of(9, 222);
    public static final long MUNMAP = of(11, 215);

    // files
    public static final long OPENAT = of(257, 56);
    public static final long OPENAT2 = of(437, 437);
    public static final long GETDENTS64 = of(217, 61);
    public static final long STATX = of(332, 291);
    public static final long STATFS = of(137, 43);
    public static final long FSTATFS = of(138, 44);
    public static final long MKDIRAT = of(258, 34);
    public static final long MKNODAT = of(259, 33);
    public static final long SYMLINKAT = of(266, 36);
    public static final long LINKAT = of(265, 37);
    public static final long UNLINKAT = of(263, 35);
    public static final long RENAMEAT2 = of(316, 276);
    public static final long READLINKAT = of(267, 78);
    public static final long FCHMOD = of(91, 52);
    public static final long FCHMODAT = of(268, 53);
    public static final long FCHMODAT2 = of(452, 452);
    public static final long FCHOWN = of(93, 55);
    public static final long FCHOWNAT = of(260, 54);
    public static final long UTIMENSAT = of(280, 88);
    public static final long FACCESSAT2 = of(439, 439);
    public static final long NAME_TO_HANDLE_AT = of(303, 264);
    public static final long OPEN_BY_HANDLE_AT = of(304, 265);

    // extended attributes
    public static final long GETXATTR = of(191, 8);
    public static final long SETXATTR = of(188, 5);
    public static final long LISTXATTR = of(194, 11);
    public static final long REMOVEXATTR = of(197, 14);
    public static final long LGETXATTR = of(192, 9);
    public static final long LSETXATTR = of(189, 6);
    public static final long LLISTXATTR = of(195, 12);
    public static final long LREMOVEXATTR = of(198, 15);
    public static final long FGETXATTR = of(193, 10);
    public static final long FSETXATTR = of(190, 7);
    public static final long FLISTXATTR = of(196, 13);
    public static final long FREMOVEXATTR = of(199, 16);

    // mounts
    public static final long MOUNT = of(165, 40);
    public static final long UMOUNT2 = of(166, 39);
    public static final long PIVOT_ROOT = of(155, 41);
    public static final long CHROOT = of(161, 51);
    public static final long CHDIR = of(80, 49);
    public static final long FCHDIR = of(81, 50);
    public static final long GETCWD = of(79, 17);
    public static final long FSOPEN = of(430, 430);
    public static final long FSCONFIG = of(431, 431);
    public static final long FSMOUNT = of(432, 432);
    public static final long FSPICK = of(433, 433);
    public static final long OPEN_TREE = of(428, 428);
    public static final long MOVE_MOUNT = of(429, 429);
    public static final long MOUNT_SETATTR = of(442, 442);
    public static final long STATMOUNT = of(457, 457);
    public static final long LISTMOUNT = of(458, 458);
    public static final long QUOTACTL = of(179, 60);

    // processes
    public static final long CLONE3 = of(435, 435);
    public static final long UNSHARE = of(272, 97);
    public static final long SETNS = of(308, 268);
    public static final long WAIT4 = of(61, 260);
    public static final long WAITID = of(247, 95);
    public static final long KILL = of(62, 129);
    public static final long TGKILL = of(234, 131);
    public static final long GETPID = of(39, 172);
    public static final long GETPPID = of(110, 173);
    public static final long GETTID = of(186, 178);
    public static final long PIDFD_OPEN = of(434, 434);
    public static final long PIDFD_SEND_SIGNAL = of(424, 424);
    public static final long PIDFD_GETFD = of(438, 438);
    public static final long PRLIMIT64 = of(302, 261);
    public static final long SCHED_SETAFFINITY = of(203, 122);
    public static final long SCHED_GETAFFINITY = of(204, 123);
    public static final long SETPRIORITY = of(141, 140);
    public static final long GETPRIORITY = of(140, 141);
    public static final long IOPRIO_SET = of(251, 30);
    public static final long IOPRIO_GET = of(252, 31);
    public static final long SETSID = of(112, 157);
    public static final long SETPGID = of(109, 154);
    public static final long GETPGID = of(121, 155);
    public static final long GETSID = of(124, 156);
    public static final long UMASK = of(95, 166);
    public static final long PERSONALITY = of(135, 92);
    public static final long KCMP = of(312, 272);
    public static final long PROCESS_MADVISE = of(440, 440);

    // credentials and confinement
    public static final long GETUID = of(102, 174);
    public static final long GETEUID = of(107, 175);
    public static final long GETGID = of(104, 176);
    public static final long GETEGID = of(108, 177);
    public static final long SETRESUID = of(117, 147);
    public static final long SETRESGID = of(119, 149);
    public static final long SETGROUPS = of(116, 159);
    public static final long GETGROUPS = of(115, 158);
    public static final long CAPGET = of(125, 90);
    public static final long CAPSET = of(126, 91);
    public static final long PRCTL = of(157, 167);
    public static final long SECCOMP = of(317, 277);
    public static final long BPF = of(321, 280);
    public static final long KEYCTL = of(250, 219);
    public static final long ADD_KEY = of(248, 217);

    // sockets
    public static final long SOCKET = of(41, 198);
    public static final long SOCKETPAIR = of(53, 199);
    public static final long BIND = of(49, 200);
    public static final long LISTEN = of(50, 201);
    public static final long ACCEPT4 = of(288, 242);
    public static final long CONNECT = of(42, 203);
    public static final long GETSOCKNAME = of(51, 204);
    public static final long GETPEERNAME = of(52, 205);
    public static final long SENDTO = of(44, 206);
    public static final long RECVFROM = of(45, 207);
    public static final long SENDMSG = of(46, 211);
    public static final long RECVMSG = of(47, 212);
    public static final long SENDMMSG = of(307, 269);
    public static final long RECVMMSG = of(299, 243);
    public static final long SHUTDOWN = of(48, 210);
    public static final long SETSOCKOPT = of(54, 208);
    public static final long GETSOCKOPT = of(55, 209);

    // events
    public static final long EPOLL_CREATE1 = of(291, 20);
    public static final long EPOLL_CTL = of(233, 21);
    public static final long EPOLL_PWAIT = of(281, 22);
    public static final long EVENTFD2 = of(290, 19);
    public static final long SIGNALFD4 = of(289, 74);
    public static final long TIMERFD_CREATE = of(283, 85);
    public static final long TIMERFD_SETTIME = of(286, 86);
    public static final long INOTIFY_INIT1 = of(294, 26);
    public static final long INOTIFY_ADD_WATCH = of(254, 27);
    public static final long INOTIFY_RM_WATCH = of(255, 28);
    public static final long FANOTIFY_INIT = of(300, 262);
    public static final long FANOTIFY_MARK = of(301, 263);
    public static final long PPOLL = of(271, 73);
    public static final long PERF_EVENT_OPEN = of(298, 241);
    public static final long USERFAULTFD = of(323, 282);

    // system
    public static final long UNAME = of(63, 160);
    public static final long SETHOSTNAME = of(170, 161);
    public static final long SYSINFO = of(99, 179);
    public static final long CLOCK_GETTIME = of(228, 113);
    public static final long NANOSLEEP = of(35, 101);

    private Nr() {}

    private static long of(int x86, int arm) {
        return ARM64 ? arm : x86;
    }
}

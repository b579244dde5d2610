package sampan.linux.seccomp;

import static sampan.linux.capabilities.Capability.*;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import sampan.linux.capabilities.Capability;
import sampan.linux.capabilities.CapabilitySet;
import sampan.linux.seccomp.ArgCondition.Operator;
import sampan.linux.seccomp.ConditionalProfile.Condition;
import sampan.linux.seccomp.ConditionalProfile.ConditionalRule;
import sampan.linux.sys.Errno;

/// The profile of containers that ask for none: everything fails with EPERM but what the usual
/// programs need, which is what Docker and containerd allow too (as of 2026): nothing that reaches
/// out of the namespaces, and each privileged call only with its capability.
public final class DefaultProfile {
    private static final Set<String> ALWAYS =
            words(
                    """
                    accept accept4 access adjtimex alarm bind brk cachestat capget capset chdir
                    chmod chown chown32 clock_adjtime clock_adjtime64 clock_getres
                    clock_getres_time64 clock_gettime clock_gettime64 clock_nanosleep
                    clock_nanosleep_time64 close close_range connect copy_file_range creat dup
                    dup2 dup3 epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_pwait
                    epoll_pwait2 epoll_wait epoll_wait_old eventfd eventfd2 execve execveat exit
                    exit_group faccessat faccessat2 fadvise64 fadvise64_64 fallocate fanotify_mark
                    fchdir fchmod fchmodat fchmodat2 fchown fchown32 fchownat fcntl fcntl64
                    fdatasync fgetxattr flistxattr flock fork fremovexattr fsetxattr fstat fstat64
                    fstatat64 fstatfs fstatfs64 fsync ftruncate ftruncate64 futex futex_requeue
                    futex_time64 futex_wait futex_waitv futex_wake futimesat getcpu getcwd
                    getdents getdents64 getegid getegid32 geteuid geteuid32 getgid getgid32
                    getgroups getgroups32 getitimer getpeername getpgid getpgrp getpid getppid
                    getpriority getrandom getresgid getresgid32 getresuid getresuid32 getrlimit
                    get_robust_list getrusage getsid getsockname getsockopt get_thread_area gettid
                    gettimeofday getuid getuid32 getxattr getxattrat inotify_add_watch
                    inotify_init inotify_init1 inotify_rm_watch io_cancel ioctl io_destroy
                    io_getevents io_pgetevents io_pgetevents_time64 ioprio_get ioprio_set io_setup
                    io_submit ipc kill landlock_add_rule landlock_create_ruleset
                    landlock_restrict_self lchown lchown32 lgetxattr link linkat listen listmount
                    listxattr listxattrat llistxattr _llseek lremovexattr lseek lsetxattr lstat
                    lstat64 madvise map_shadow_stack membarrier memfd_create memfd_secret mincore
                    mkdir mkdirat mknod mknodat mlock mlock2 mlockall mmap mmap2 mprotect
                    mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedreceive_time64
                    mq_timedsend mq_timedsend_time64 mq_unlink mremap mseal msgctl msgget msgrcv
                    msgsnd msync munlock munlockall munmap name_to_handle_at nanosleep newfstatat
                    _newselect open openat openat2 pause pidfd_open pidfd_send_signal pipe pipe2
                    pkey_alloc pkey_free pkey_mprotect poll ppoll ppoll_time64 prctl pread64
                    preadv preadv2 prlimit64 process_mrelease pselect6 pselect6_time64 pwrite64
                    pwritev pwritev2 read readahead readlink readlinkat readv recv recvfrom
                    recvmmsg recvmmsg_time64 recvmsg remap_file_pages removexattr removexattrat
                    rename renameat renameat2 restart_syscall riscv_hwprobe rmdir rseq
                    rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn
                    rt_sigsuspend rt_sigtimedwait rt_sigtimedwait_time64 rt_tgsigqueueinfo
                    sched_getaffinity sched_getattr sched_getparam sched_get_priority_max
                    sched_get_priority_min sched_getscheduler sched_rr_get_interval
                    sched_rr_get_interval_time64 sched_setaffinity sched_setattr sched_setparam
                    sched_setscheduler sched_yield seccomp select semctl semget semop semtimedop
                    semtimedop_time64 send sendfile sendfile64 sendmmsg sendmsg sendto setfsgid
                    setfsgid32 setfsuid setfsuid32 setgid setgid32 setgroups setgroups32 setitimer
                    setpgid setpriority setregid setregid32 setresgid setresgid32 setresuid
                    setresuid32 setreuid setreuid32 setrlimit set_robust_list setsid setsockopt
                    set_thread_area set_tid_address setuid setuid32 setxattr setxattrat shmat
                    shmctl shmdt shmget shutdown sigaltstack signalfd signalfd4 sigprocmask
                    sigreturn socketcall socketpair splice stat stat64 statfs statfs64 statmount
                    statx symlink symlinkat sync sync_file_range syncfs sysinfo tee tgkill time
                    timer_create timer_delete timer_getoverrun timer_gettime timer_gettime64
                    timer_settime timer_settime64 timerfd_create timerfd_gettime timerfd_gettime64
                    timerfd_settime timerfd_settime64 times tkill truncate truncate64 ugetrlimit
                    umask uname unlink unlinkat uretprobe utime utimensat utimensat_time64 utimes
                    vfork vmsplice wait4 waitid waitpid write writev
                    """);

    /// CLONE_NEW* but NEWTIME, which clone(2) cannot ask for.
    private static final long NAMESPACES = 0x7e02_0000L;

    /// Personalities that take nothing from the protections: Linux, 32 bits, the old version
    /// number, both, and the question.
    private static final long[] PERSONALITIES = {0, 0x8, 0x2_0000, 0x2_0008, 0xffff_ffffL};

    /// Address families besides those below [#FIRST_FAMILY_LEFT_OUT]. Left out are those that reach
    /// past the container (vsock: 40), the kernel's crypto (alg: 38), and some whose code nobody
    /// looks after: 12, 19, 20, 23, 25, 34, 37.
    private static final int[] FAMILIES = {
        13, 14, 15, 16, 17, 18, 21, 22, 24, 26, 27, 28, 29, 30, 31, 32, 33, 35, 36, 39, 41, 42, 43,
        44, 45
    };

    private static final int FIRST_FAMILY_LEFT_OUT = 12;

    /// The whole of it, with the conditions.
    public static final ConditionalProfile PROFILE =
            new ConditionalProfile(
                    SeccompAction.ERRNO,
                    OptionalInt.of(Errno.EPERM),
                    List.of(),
                    archMap(),
                    Set.of(),
                    rules());

    private DefaultProfile() {}

    /// The profile for a process with these capabilities in its bounding set.
    public static SeccompProfile forCapabilities(
            CapabilitySet capabilities, SeccompArch arch, KernelVersion kernel) {
        return PROFILE.resolve(capabilities, arch, kernel);
    }

    /// The profile on this machine.
    public static SeccompProfile forCapabilities(CapabilitySet capabilities) {
        return forCapabilities(capabilities, SeccompArch.current(), KernelVersion.current());
    }

    private static Map<SeccompArch, List<SeccompArch>> archMap() {
        Map<SeccompArch, List<SeccompArch>> map = new EnumMap<>(SeccompArch.class);
        for (SeccompArch arch : SeccompArch.values()) {
            map.put(arch, arch.companions());
        }
        return map;
    }

    private static List<ConditionalRule> rules() {
        List<ConditionalRule> rules = new ArrayList<>();
        rules.add(always(allow(ALWAYS)));
        // Older kernels let a tracer change a call after the filter had seen it.
        rules.add(
                new ConditionalRule(
                        SyscallRule.allow("process_vm_readv", "process_vm_writev", "ptrace"),
                        new Condition(
                                CapabilitySet.NONE, Set.of(), Optional.of(new KernelVersion(4, 8))),
                        Condition.NONE));
        rules.add(
                always(
                        SyscallRule.allow(
                                "socket",
                                new ArgCondition(0, FIRST_FAMILY_LEFT_OUT, 0, Operator.LESS))));
        for (int family : FAMILIES) {
            rules.add(always(SyscallRule.allow("socket", ArgCondition.equal(0, family))));
        }
        for (long personality : PERSONALITIES) {
            rules.add(always(SyscallRule.allow("personality", ArgCondition.equal(0, personality))));
        }
        machines(rules);
        capabilities(rules);
        clones(rules);
        return rules;
    }

    private static void machines(List<ConditionalRule> rules) {
        onMachines(rules, "sync_file_range2 swapcontext", "ppc64le");
        onMachines(
                rules,
                "arm_fadvise64_64 arm_sync_file_range sync_file_range2 breakpoint cacheflush set_tls",
                "arm",
                "arm64");
        onMachines(rules, "arch_prctl", "amd64", "x32");
        onMachines(rules, "modify_ldt", "amd64", "x32", "x86");
        onMachines(
                rules,
                "s390_pci_mmio_read s390_pci_mmio_write s390_runtime_instr",
                "s390",
                "s390x");
        onMachines(rules, "riscv_flush_icache", "riscv64");
    }

    private static void capabilities(List<ConditionalRule> rules) {
        with(rules, CAP_DAC_READ_SEARCH, "open_by_handle_at");
        with(
                rules,
                CAP_SYS_ADMIN,
                """
                bpf clone clone3 fanotify_init fsconfig fsmount fsopen fspick lookup_dcookie
                lsm_get_self_attr lsm_list_modules lsm_set_self_attr mount mount_setattr move_mount
                open_tree perf_event_open quotactl quotactl_fd setdomainname sethostname setns syslog
                umount umount2 unshare
                """);
        with(rules, CAP_SYS_BOOT, "reboot");
        with(rules, CAP_SYS_CHROOT, "chroot");
        with(rules, CAP_SYS_MODULE, "delete_module init_module finit_module");
        with(rules, CAP_SYS_PACCT, "acct");
        with(
                rules,
                CAP_SYS_PTRACE,
                "kcmp pidfd_getfd process_madvise process_vm_readv process_vm_writev ptrace");
        with(rules, CAP_SYS_RAWIO, "iopl ioperm");
        with(rules, CAP_SYS_TIME, "settimeofday stime clock_settime clock_settime64");
        with(rules, CAP_SYS_TTY_CONFIG, "vhangup");
        with(rules, CAP_SYS_NICE, "get_mempolicy mbind set_mempolicy set_mempolicy_home_node");
        with(rules, CAP_SYSLOG, "syslog");
        with(rules, CAP_BPF, "bpf");
        with(rules, CAP_PERFMON, "perf_event_open");
    }

    /// Without CAP_SYS_ADMIN no new namespaces: a user namespace would give every capability in it.
    /// A filter cannot look into the structure of clone3, so that one seems to be missing and the C
    /// libraries take clone.
    private static void clones(List<ConditionalRule> rules) {
        Condition admin = Condition.capability(CAP_SYS_ADMIN);
        Condition s390 = Condition.arches("s390", "s390x");
        rules.add(
                new ConditionalRule(
                        SyscallRule.allow("clone", ArgCondition.masked(0, NAMESPACES, 0)),
                        Condition.NONE,
                        new Condition(admin.capabilities(), s390.arches(), Optional.empty())));
        // There the flags are the second argument.
        rules.add(
                new ConditionalRule(
                        SyscallRule.allow("clone", ArgCondition.masked(1, NAMESPACES, 0)),
                        s390,
                        admin));
        rules.add(
                new ConditionalRule(
                        new SyscallRule(
                                List.of("clone3"),
                                SeccompAction.ERRNO,
                                OptionalInt.of(Errno.ENOSYS),
                                List.of()),
                        Condition.NONE,
                        admin));
    }

    private static ConditionalRule always(SyscallRule rule) {
        return ConditionalRule.always(rule);
    }

    private static void onMachines(List<ConditionalRule> rules, String names, String... arches) {
        rules.add(
                new ConditionalRule(allow(words(names)), Condition.arches(arches), Condition.NONE));
    }

    private static void with(List<ConditionalRule> rules, Capability capability, String names) {
        rules.add(
                new ConditionalRule(
                        allow(words(names)), Condition.capability(capability), Condition.NONE));
    }

    private static SyscallRule allow(Set<String> names) {
        return SyscallRule.allow(names.toArray(String[]::new));
    }

    private static Set<String> words(String text) {
        return Collections.unmodifiableSet(new TreeSet<>(List.of(text.strip().split("\\s+", -1))));
    }
}

package sampan.runtime.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The kinds of steps: code and arguments of each, as `PLAN_OPS` of plan.h has them. Arguments are
/// written as `name` or `name:kind`, numbers first, then texts.
public enum Op {
    MON_DIR(1, "", "path"),
    MON_LOG(2, "max_bytes max_files", "path attrs"),
    MON_STDIO(3, "mode:stdio open_stdin", ""),
    MON_OOM(4, "", "file key control"),
    MON_DRAIN(5, "ms", ""),
    MON_DETACH(6, "", ""),
    MON_CONSOLE_SOCKET(7, "socket:slot", ""),
    MON_STDIN_ONCE(8, "", ""),
    MON_ATTACH(9, "in:slot out:slot err:slot flags:attach", ""),
    MON_SUBREAPER(10, "", ""),
    MON_STDIO_OWNER(11, "uid gid", ""),
    MON_ATTACH_KEYS(12, "", "keys"),
    CLONE(20, "flags:clone cgroup:slot", ""),
    WRITE_CHILD(21, "", "file data"),
    WRITE_PID(22, "dir:slot", "path"),
    SYNC(23, "", ""),
    AWAIT_CHILD(24, "", ""),
    AWAIT_PARENT(25, "", ""),
    SETNS(30, "ns:slot kinds:clone", ""),
    UNSHARE(31, "kinds:clone", ""),
    LOOPBACK_UP(32, "", ""),
    SETHOSTNAME(33, "", "name"),
    SETDOMAINNAME(34, "", "name"),
    OPENAT2(40, "out:slot dir:slot flags:open mode:octal resolve:resolve", "path"),
    ENSURE_DIR(41, "out:slot root:slot mode:octal", "path"),
    ENSURE_FILE(42, "out:slot root:slot mode:octal", "path"),
    MKNOD(43, "root:slot mode:octal dev:dev uid gid", "path"),
    SYMLINK(44, "root:slot", "target path"),
    WRITE_FILE(45, "dir:slot", "path data"),
    CHOWN(46, "file:slot uid gid", ""),
    CHMOD(47, "file:slot mode:octal", ""),
    CLOSE(48, "file:slot", ""),
    MKDIR(49, "dir:slot mode:octal", "path"),
    FSOPEN(60, "out:slot", "fstype"),
    FSCONFIG(61, "fs:slot", "key value"),
    FSCONFIG_FLAG(62, "fs:slot", "key"),
    FSCONFIG_FD(63, "fs:slot file:slot", "key"),
    FSMOUNT(64, "out:slot fs:slot attr:attr", ""),
    OPEN_TREE(65, "out:slot dir:slot flags:tree", "path"),
    MOVE_MOUNT(66, "mount:slot target:slot flags:move", "path"),
    MOUNT_SETATTR(
            67,
            "mount:slot flags:tree set:attr clear:attr propagation:mount userns:slot reserved:hidden",
            ""),
    MOUNT(68, "target:slot flags:mount", "source path fstype data"),
    PIVOT(69, "root:slot", ""),
    MOVE_ROOT(70, "root:slot", ""),
    CHROOT(71, "root:slot", ""),
    MASK(72, "root:slot", "path"),
    READONLY(73, "root:slot", "path"),
    COPY_UP(74, "from:slot to:slot", ""),
    CONSOLE(75, "root:slot rows cols uid gid flags:console", ""),
    RLIMIT(90, "resource:rlimit soft:limit hard:limit", ""),
    CAP_BOUNDING(91, "keep:caps", ""),
    CAP_SET(92, "effective:caps permitted:caps inheritable:caps", ""),
    CAP_AMBIENT(93, "raise:caps", ""),
    KEEP_CAPS(94, "on", ""),
    NO_NEW_PRIVS(95, "", ""),
    SECCOMP(96, "flags:seccomp listener:slot", "program:program message"),
    SETGROUPS(97, "", "gids:u32s"),
    SETGID(98, "gid", ""),
    SETUID(99, "uid", ""),
    UMASK(100, "mask:octal", ""),
    SETSID(101, "", ""),
    CHDIR(102, "", "path"),
    PERSONALITY(103, "persona:hex", ""),
    SCHED_ATTR(104, "", "attr:blob"),
    IOPRIO(105, "value:hex", ""),
    AFFINITY(106, "", "cpus:bits"),
    MEMPOLICY(107, "mode:hex", "nodes:bits"),
    KEYRING(108, "", "name"),
    PASS_FD(109, "file:slot number", ""),
    PDEATHSIG(110, "signal", ""),
    HOOK(111, "timeout_ms", "path argv:list env:list stdin"),
    WAIT_START(112, "", ""),
    INIT(113, "", ""),
    DEFAULT_SIGNALS(114, "", ""),
    FIND_PROGRAM(115, "", "file search"),
    EXEC(120, "", "file argv:list env:list search"),
    EXEC_FD(121, "file:slot", "argv:list env:list");

    /// One argument of a step.
    ///
    /// @param kind how a listing shows it; empty: as it is
    record Arg(String name, String kind) {}

    private static final Op[] BY_CODE = new Op[128];

    static {
        for (Op op : values()) {
            BY_CODE[op.code] = op;
        }
    }

    private final int code;

    // Made by List.copyOf.
    @SuppressWarnings("ImmutableEnumChecker")
    private final List<Arg> ints;

    @SuppressWarnings("ImmutableEnumChecker")
    private final List<Arg> strs;

    Op(int code, String ints, String strs) {
        this.code = code;
        this.ints = parse(ints);
        this.strs = parse(strs);
    }

    private static List<Arg> parse(String words) {
        List<Arg> args = new ArrayList<>();
        for (String word : words.isEmpty() ? new String[0] : words.split(" ", -1)) {
            int colon = word.indexOf(':');
            args.add(
                    colon < 0
                            ? new Arg(word, "")
                            : new Arg(word.substring(0, colon), word.substring(colon + 1)));
        }
        return List.copyOf(args);
    }

    /// The number that stands for it in a plan.
    public int code() {
        return code;
    }

    List<Arg> ints() {
        return ints;
    }

    List<Arg> strs() {
        return strs;
    }

    /// The op of a code, empty where the header has none.
    public static Optional<Op> ofCode(int code) {
        return code > 0 && code < BY_CODE.length
                ? Optional.ofNullable(BY_CODE[code])
                : Optional.empty();
    }
}

package sampan.linux.namespaces;

import java.util.Optional;

/// The kinds of namespace, in the order of their names, with their `CLONE_NEW*` flag.
public enum NamespaceKind {
    CGROUP("cgroup", 0x02000000L),
    IPC("ipc", 0x08000000L),
    MNT("mnt", 0x00020000L),
    NET("net", 0x40000000L),
    PID("pid", 0x20000000L),
    /// Only for clone3(2), unshare(2) and setns(2): clone(2) reads the bit as part of a signal.
    TIME("time", 0x00000080L),
    USER("user", 0x10000000L),
    UTS("uts", 0x04000000L);

    private final String procName;
    private final long flag;

    NamespaceKind(String procName, long flag) {
        this.procName = procName;
        this.flag = flag;
    }

    /// The name under /proc/PID/ns, also that of lsns(8).
    public String procName() {
        return procName;
    }

    public long flag() {
        return flag;
    }

    public static Optional<NamespaceKind> ofProcName(String name) {
        for (NamespaceKind kind : values()) {
            if (kind.procName.equals(name)) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }

    /// Whether namespaces of this kind are nested in one another.
    boolean hierarchical() {
        return this == PID || this == USER;
    }
}

package sampan.linux.kernel;

/// What a kernel may offer. The text says what for.
public enum Feature {
    OPENAT2("openat2", "5.6", "paths inside containers that cannot leave them"),
    MOUNT_API("mount API by descriptor", "5.2", "mounts on targets that cannot be swapped"),
    MOUNT_SETATTR("mount_setattr", "5.12", "read-only binds of whole trees, id-mapped mounts"),
    OVERLAY("overlayfs", "3.18", "image layers without copies"),
    OVERLAY_LAYERS("overlay layer by layer", "6.8", "many layers with long paths"),
    OVERLAY_USERNS("overlay in user namespaces", "5.11", "rootless containers"),
    CLONE3("clone3", "5.3", "starting a container's first process"),
    CLONE_INTO_CGROUP("clone into a cgroup", "5.7", "a process that is limited from the start"),
    PIDFD("pidfd_open", "5.3", "signals that cannot hit another process"),
    PIDFD_GETFD("pidfd_getfd", "5.6", "taking over descriptors of containers"),
    CLOSE_RANGE("close_range", "5.9", "no descriptor leaks into a container"),
    SECCOMP("seccomp filters", "3.17", "filters of system calls"),
    SECCOMP_NOTIFY("seccomp notification", "5.0", "system calls answered by an agent"),
    NF_TABLES("nf_tables", "3.13", "published ports, address translation"),
    MEMFD_NOEXEC("memory files sealed against execution", "6.3", "launch plans"),
    CGROUP_NAMESPACES("cgroup namespaces", "4.6", "containers that see their own cgroups only"),
    IPC_NAMESPACES("ipc namespaces", "2.6", "own shared memory and queues"),
    MOUNT_NAMESPACES("mount namespaces", "2.4", "own file systems"),
    NETWORK_NAMESPACES("network namespaces", "2.6", "own interfaces"),
    PID_NAMESPACES("pid namespaces", "2.6", "own processes"),
    TIME_NAMESPACES("time namespaces", "5.6", "own boot-time clocks"),
    USER_NAMESPACES("user namespaces", "3.8", "root in a container that is nobody outside"),
    UTS_NAMESPACES("uts namespaces", "2.6", "own host names");

    private final String title;
    private final String since;
    private final String purpose;

    Feature(String title, String since, String purpose) {
        this.title = title;
        this.since = since;
        this.purpose = purpose;
    }

    /// For people.
    public String title() {
        return title;
    }

    /// The kernel that first had it.
    public String since() {
        return since;
    }

    /// What Sampan wants it for.
    public String purpose() {
        return purpose;
    }
}

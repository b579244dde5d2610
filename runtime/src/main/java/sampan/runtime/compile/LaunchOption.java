package sampan.runtime.compile;

/// Yes or no.
public enum LaunchOption {
    /// Stop after the clone, report CREATED and wait for GO, although the spec does not need it.
    SYNC,
    /// Stop before the program, report CREATED and wait for START (the OCI `create`).
    WAIT_START,
    /// A small init is the container's first process (`--init`).
    INIT,
    /// No pivot_root: the root is moved over `/` (initramfs hosts).
    NO_PIVOT,
    /// The session keyring stays the launcher's.
    NO_NEW_KEYRING,
    /// The launcher has no rights beyond its user namespace: setgroups is denied in new ones,
    /// device nodes are bound from the host.
    ROOTLESS,
    /// `oomScoreAdj` is a wish: where the kernel forbids it, the container starts without.
    OOM_SCORE_OPTIONAL,
    /// The launcher, which stands in the runtime's namespaces, runs the hooks prestart and
    /// createRuntime itself.
    RUNTIME_HOOKS,
    /// What Docker gives its containers where the root has none: `/.dockerenv`, by which programs
    /// tell that they are in one, and `/etc/mtab`, which leads to /proc/mounts.
    DOCKER_FILES,
    /// The process runs on all CPUs of its cgroup although its starter is bound to some.
    ALL_CPUS,
    /// The container's terminal gets Unix newlines only (runc clears ONLCR).
    NO_ONLCR
}

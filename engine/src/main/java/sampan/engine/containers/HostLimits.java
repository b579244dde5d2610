package sampan.engine.containers;

import java.util.Set;

/// What this host has and allows, as far as a request to make a container is checked against it.
/// Measured once when the daemon starts.
///
/// @param cpus that are online
/// @param memoryLimit whether memory can be limited, and so on
/// @param cpuset list of CPUs as in `0-3,7`, with the memory nodes in the same form
/// @param runtimes names of OCI runtimes that may be asked for
/// @param unavailable options that this build refuses, by their API names
/// @param userns of containers that do not name one, in the words of [NamespaceSpec]; empty: none
public record HostLimits(
        int cpus,
        boolean memoryLimit,
        boolean swapLimit,
        boolean pidsLimit,
        boolean cpuQuota,
        boolean cpuShares,
        boolean cpuset,
        boolean cpuRealtime,
        boolean blockIo,
        boolean oomKillDisable,
        String cpusetCpus,
        String cpusetMems,
        Set<String> runtimes,
        Set<String> unavailable,
        String userns) {
    /// A host that has everything, for so many CPUs.
    public static HostLimits complete(int cpus) {
        return new HostLimits(
                cpus,
                true,
                true,
                true,
                true,
                true,
                true,
                false,
                true,
                true,
                cpus == 1 ? "0" : "0-" + (cpus - 1),
                "0",
                Set.of("sampan", "runc", "io.containerd.runc.v2"),
                Set.of(),
                "");
    }
}

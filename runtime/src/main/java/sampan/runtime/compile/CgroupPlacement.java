package sampan.runtime.compile;

import java.util.List;
import java.util.OptionalInt;

/// Which cgroups the process enters, and what it sees of them under `/sys/fs/cgroup`.
///
/// @param selfFiles absolute host paths of version 1's `tasks` files to which the child itself
///   writes 0 before it leaves the host's mounts: unlike a write by somebody else this does not
///   lock all forks of the machine, which costs some ten milliseconds on an idle one
/// @param pidFiles absolute host paths of `cgroup.procs` files (v1: one per hierarchy; also `tasks`
///   files of resctrl) that get the process's pid
/// @param slot of the cgroup v2 directory in which the process is born
public record CgroupPlacement(
        List<String> selfFiles, List<String> pidFiles, OptionalInt slot, View view) {
    /// No cgroup of its own.
    public static final CgroupPlacement NONE =
            new CgroupPlacement(List.of(), List.of(), OptionalInt.empty(), new View.None());

    public CgroupPlacement {
        selfFiles = List.copyOf(selfFiles);
        pidFiles = List.copyOf(pidFiles);
    }

    /// What a mount of type `cgroup` shows.
    public sealed interface View {
        /// Such a mount is refused.
        record None() implements View {}

        /// One hierarchy per directory, as on v1 and hybrid hosts.
        record V1(List<Hierarchy> hierarchies) implements View {
            public V1 {
                hierarchies = List.copyOf(hierarchies);
            }
        }

        /// The one tree of v2.
        ///
        /// @param hostPath the container's own cgroup, for containers without a cgroup namespace;
        ///   empty: the whole tree
        record V2(String hostPath) implements View {}
    }

    /// A v1 hierarchy.
    ///
    /// @param name directory below /sys/fs/cgroup: `cpu,cpuacct`
    /// @param options what mounts it: `cpu,cpuacct`, `name=systemd`
    /// @param hostPath the container's own cgroup on the host
    /// @param links further names: `cpu`, `cpuacct`
    public record Hierarchy(String name, String options, String hostPath, List<String> links) {
        public Hierarchy {
            links = List.copyOf(links);
        }
    }
}

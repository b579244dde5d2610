package sampan.linux.cgroups;

import java.util.List;
import java.util.Optional;
import sampan.linux.sys.Fd;

/// How a process gets into a cgroup. Complete when it was cloned into [#directory], where there is
/// one, and is in all of version 1's hierarchies by one of two ways:
///
/// - The child itself, still single-threaded, writes `0` to each of [#selfFiles]. Measured: 0.15 ms
///   for nine. Needs these paths in its mount namespace and the rights of the host's root; a child
///   in a new user namespace has to be given the files opened by its parent.
/// - Anybody writes the child's pid to each of [#procsFiles]. The kernel then locks all forks and
///   exits of the machine, which waits for an RCU grace period once: 11 ms in all where no such
///   write was made in the tenth of a second before.
///
/// @param selfFiles absolute paths of the `tasks` files of version 1; empty in version 2
/// @param procsFiles absolute paths of the `cgroup.procs` files of version 1; empty in version 2
/// @param unifiedProcs absolute path of `cgroup.procs` in the unified tree, for kernels and joins
///   without CLONE_INTO_CGROUP (a process that exists already)
/// @param directory O_PATH descriptor for CLONE_INTO_CGROUP; whoever asked for the entry closes it
public record CgroupEntry(
        List<String> selfFiles,
        List<String> procsFiles,
        Optional<String> unifiedProcs,
        Optional<Fd> directory)
        implements AutoCloseable {
    public CgroupEntry {
        selfFiles = List.copyOf(selfFiles);
        procsFiles = List.copyOf(procsFiles);
    }

    @Override
    public void close() {
        directory.ifPresent(Fd::close);
    }
}

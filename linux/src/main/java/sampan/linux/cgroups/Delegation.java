package sampan.linux.cgroups;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import sampan.linux.sys.Errno;
import sampan.linux.sys.Kernel;

/// Gives a cgroup of version 2 to another user.
final class Delegation {
    private static final long NR_FCHOWNAT = 260;

    /// What the kernel names since 4.15.
    private static final Path LIST = Path.of("/sys/kernel/cgroup/delegate");

    private static final List<String> USUAL =
            List.of("cgroup.procs", "cgroup.threads", "cgroup.subtree_control");

    private Delegation() {}

    static void give(CgroupNode node, int uid, int gid) {
        List<String> files = new ArrayList<>();
        files.add("");
        try {
            files.addAll(Files.readAllLines(LIST));
        } catch (IOException e) {
            files.addAll(USUAL);
        }
        for (String file : files) {
            try (Arena arena = Arena.ofConfined()) {
                String path = file.isEmpty() ? node.path() : node.path() + "/" + file;
                long result =
                        Kernel.raw(
                                NR_FCHOWNAT,
                                node.hierarchy().rootNumber(),
                                Kernel.address(arena.allocateFrom(path)),
                                uid,
                                gid,
                                0,
                                0);
                // The list names files of controllers that this cgroup lacks.
                if (result < 0 && result != -Errno.ENOENT) {
                    throw Kernel.failure("chown", (int) -result, node.absolute(file));
                }
            }
        }
    }
}

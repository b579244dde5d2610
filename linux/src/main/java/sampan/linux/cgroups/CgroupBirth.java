package sampan.linux.cgroups;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import sampan.linux.sys.Errno;
import sampan.linux.sys.Kernel;

/// The making of one cgroup's directories, with what a version demands of each level, and its
/// undoing. For one thread.
final class CgroupBirth {
    private final List<CgroupNode> made = new ArrayList<>();

    /// Makes the directory and those above it that are missing.
    ///
    /// @return false where it existed
    boolean make(CgroupNode node) {
        return directory(node, false);
    }

    private boolean directory(CgroupNode node, boolean above) {
        int errno = node.make();
        Optional<CgroupNode> parent = node.parent();
        if (errno == Errno.ENOENT && parent.isPresent()) {
            directory(parent.get(), true);
            errno = node.make();
        }
        if (errno == Errno.EEXIST) {
            return false;
        }
        if (errno != 0) {
            throw Kernel.failure("mkdir", errno, node.absolute(""));
        }
        made.add(node);
        if (node.hierarchy().controllers().contains(Controller.CPUSET)
                && !node.hierarchy().unified()) {
            V1Files.inheritCpuset(node);
            if (above) {
                // Those below are then born with its processors: two reads and two writes less.
                node.tryWrite("cgroup.clone_children", "1");
            }
        }
        return true;
    }

    /// Removes what was made, as far as it is empty.
    void undo() {
        for (CgroupNode node : made.reversed()) {
            node.remove();
        }
    }
}

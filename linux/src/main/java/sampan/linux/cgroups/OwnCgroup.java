package sampan.linux.cgroups;

import sampan.errors.SampanException;

/// Makes room below the cgroup that this process was given: version 2 lets a cgroup have either
/// processes or limited children.
final class OwnCgroup {
    /// Processes that are started while others are moved.
    private static final int ROUNDS_MAX = 16;

    private OwnCgroup() {}

    /// Moves all processes of the own cgroup into the child of that name.
    static void split(Hierarchy tree, String leaf) {
        if (tree.own().equals("/")) {
            throw SampanException.invalid(
                    "the root cgroup is not split: it may have processes and children");
        }
        CgroupNode own = new CgroupNode(tree, tree.own().substring(1));
        CgroupBirth birth = new CgroupBirth();
        CgroupNode child = own.child(leaf);
        birth.make(child);
        for (int i = 0; i < ROUNDS_MAX; i++) {
            var left = own.processes();
            if (left.isEmpty()) {
                return;
            }
            for (int pid : left) {
                // One that ended meanwhile is no failure.
                child.tryWrite("cgroup.procs", Integer.toString(pid));
            }
        }
        throw SampanException.conflict(
                "cgroup " + own.absolute("") + " does not get empty: " + own.processes());
    }
}

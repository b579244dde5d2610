package sampan.linux.cgroups;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// The lists of controllers of version 2.
final class Controllers {
    private Controllers() {}

    /// Those that a file of the cgroup lists.
    static Set<Controller> of(CgroupNode node, String file) {
        Set<Controller> listed = EnumSet.noneOf(Controller.class);
        for (String name : node.read(file).orElse("").strip().split(" ", -1)) {
            Controller.named(name, true).ifPresent(listed::add);
        }
        return listed;
    }

    /// Whether it hands down controllers of whole domains, and so may have no processes itself.
    static boolean refusesProcesses(CgroupNode node) {
        Set<Controller> handed = EnumSet.noneOf(Controller.class);
        handed.addAll(of(node, "cgroup.subtree_control"));
        // Those of threads (cgroup-v2.rst, "Threads").
        handed.removeAll(Set.of(Controller.CPU, Controller.CPUSET, Controller.PIDS));
        return !handed.isEmpty();
    }

    /// Makes controllers available to a cgroup: version 2 gives it only those that each level above
    /// hands down. Costs one read where it has them.
    static void offer(CgroupNode node, Set<Controller> wanted) {
        if (wanted.isEmpty() || of(node, "cgroup.controllers").containsAll(wanted)) {
            return;
        }
        List<CgroupNode> above = new ArrayList<>();
        Optional<CgroupNode> level = node.parent();
        while (level.isPresent()) {
            above.addFirst(level.get());
            level = level.get().parent();
        }
        above.addFirst(new CgroupNode(node.hierarchy(), "."));
        for (CgroupNode each : above) {
            Set<Controller> missing = EnumSet.noneOf(Controller.class);
            missing.addAll(of(each, "cgroup.controllers"));
            missing.retainAll(wanted);
            missing.removeAll(of(each, "cgroup.subtree_control"));
            enable(each, missing);
        }
    }

    /// Hands controllers down to the children of the cgroup. One with processes in it is left
    /// alone: the kernel refuses it the controllers of domains, and those of threads would make its
    /// children invalid. What the kernel refuses besides (real-time tasks outside of the root) is
    /// left out. A limit that needs a controller left out fails with its name.
    private static void enable(CgroupNode node, Set<Controller> controllers) {
        boolean root = node.path().equals(".");
        if (controllers.isEmpty() || (!root && !node.processes().isEmpty())) {
            return;
        }
        String all =
                controllers.stream()
                        .map(controller -> "+" + controller.v2Name())
                        .collect(Collectors.joining(" "));
        if (node.tryWrite("cgroup.subtree_control", all) != 0 && controllers.size() > 1) {
            for (Controller each : controllers) {
                node.tryWrite("cgroup.subtree_control", "+" + each.v2Name());
            }
        }
    }
}

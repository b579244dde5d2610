package sampan.linux.cgroups;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.cgroups.CgroupNode.Removal;

/// The removal of a cgroup from all hierarchies.
final class CgroupEnd {
    private CgroupEnd() {}

    static void remove(List<CgroupNode> nodes, Optional<CgroupNode> unified, Duration limit) {
        List<CgroupNode> busy = new ArrayList<>();
        for (CgroupNode node : nodes) {
            if (node.remove() == Removal.BUSY) {
                busy.add(node);
            }
        }
        if (busy.isEmpty()) {
            return;
        }
        // A process that was reaped is in the books for some moments more; cgroups that were made
        // inside have to go first.
        long deadline = System.nanoTime() + limit.toNanos();
        for (CgroupNode node : busy) {
            if (unified.isPresent() && unified.get().equals(node)) {
                CgroupEvents.await(node, "populated", 0, deadline);
            }
        }
        CgroupEvents.retry(
                () -> {
                    busy.removeIf(CgroupEnd::removeTree);
                    return busy.isEmpty();
                },
                deadline);
        if (!busy.isEmpty()) {
            throw stillBusy(busy);
        }
    }

    private static boolean removeTree(CgroupNode top) {
        boolean[] gone = {true};
        top.deepestFirst(node -> gone[0] &= node.remove() == Removal.GONE);
        return gone[0];
    }

    private static SampanException stillBusy(List<CgroupNode> busy) {
        TreeSet<Integer> left = new TreeSet<>();
        for (CgroupNode node : busy) {
            node.deepestFirst(each -> left.addAll(each.processes()));
        }
        return new SampanException(
                ErrorCode.UNAVAILABLE,
                "cannot remove "
                        + busy.getFirst().absolute("")
                        + (left.isEmpty()
                                ? ": the kernel calls it busy"
                                : ": processes are in it: " + left + "; kill them first"));
    }
}

package sampan.linux.cgroups;

import java.time.Duration;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

/// The freezer of either version.
///
/// Version 1 may stay FREEZING for ever while a process forks or sits in vfork(2): letting it go
/// and freezing again gets there. Version 2 needs no such help.
///
/// @param node in the hierarchy that governs it
record CgroupFreezer(CgroupNode node) {
    /// How long a freeze may take before it is given up.
    static final Duration LIMIT = Duration.ofSeconds(5);

    private static final String STATE = "freezer.state";
    private static final String V2_FILE = "cgroup.freeze";
    private static final int TRIES_BEFORE_THAW = 16;

    boolean isFrozen() {
        if (node.hierarchy().unified()) {
            return node.number(V2_FILE).orElse(0) == 1;
        }
        return node.number("freezer.self_freezing").orElse(0) == 1;
    }

    void freeze() {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        boolean frozen;
        if (node.hierarchy().unified()) {
            node.write(V2_FILE, "1");
            frozen = CgroupEvents.await(node, "frozen", 1, deadline);
        } else {
            int[] tries = {0};
            frozen = CgroupEvents.retry(() -> freezeOnce(tries[0]++), deadline);
        }
        if (!frozen) {
            thaw();
            throw new SampanException(
                    ErrorCode.UNAVAILABLE,
                    "unable to freeze "
                            + node.absolute("")
                            + " within "
                            + LIMIT.toSeconds()
                            + " s; its processes run on");
        }
    }

    private boolean freezeOnce(int tries) {
        if (tries > 0 && tries % TRIES_BEFORE_THAW == 0) {
            node.write(STATE, "THAWED");
        }
        node.write(STATE, "FROZEN");
        return node.readOrThrow(STATE).strip().equals("FROZEN");
    }

    void thaw() {
        if (node.hierarchy().unified()) {
            node.write(V2_FILE, "0");
        } else {
            node.write(STATE, "THAWED");
        }
    }
}

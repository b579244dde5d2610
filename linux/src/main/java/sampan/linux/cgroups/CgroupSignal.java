package sampan.linux.cgroups;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import sampan.errors.SampanException;
import sampan.linux.sys.Errno;
import sampan.linux.sys.Kernel;

/// A signal to all processes of a cgroup.
///
/// SIGKILL goes by cgroup.kill where the kernel has it (5.14 and later), in one step. Otherwise the
/// processes are frozen while they are signalled, so that none of them forks one that is missed;
/// without a freezer the list is read again until it shows nothing new.
///
/// @param unified the cgroup in version 2's tree
/// @param freezer where there is one
/// @param processes all of them, read anew at each call
record CgroupSignal(
        Optional<CgroupNode> unified,
        Optional<CgroupFreezer> freezer,
        Supplier<List<Integer>> processes) {
    private static final long NR_KILL = 62;
    private static final int SIGKILL = 9;
    private static final int SIGNAL_MAX = 64;

    /// Processes that fork faster than they are found.
    private static final int SCANS_MAX = 64;

    void send(int signal) {
        if (signal < 0 || signal > SIGNAL_MAX) {
            throw SampanException.invalid("signal " + signal + " is not in 0.." + SIGNAL_MAX);
        }
        boolean swept =
                signal == SIGKILL
                        && unified.isPresent()
                        && unified.get().tryWrite("cgroup.kill", "1") == 0;
        // A frozen process of version 1 takes no signal; one of version 2 takes SIGKILL.
        boolean wasFrozen = freezer.map(CgroupFreezer::isFrozen).orElse(false);
        if (swept && !wasFrozen) {
            // Those that somebody moved out of the unified tree only.
            scan(signal, 1);
            return;
        }
        boolean frozen = wasFrozen || tryFreeze();
        try {
            scan(signal, frozen ? 1 : SCANS_MAX);
        } finally {
            if (frozen && (!wasFrozen || signal == SIGKILL)) {
                freezer.orElseThrow().thaw();
            }
        }
    }

    private boolean tryFreeze() {
        if (freezer.isEmpty()) {
            return false;
        }
        try {
            freezer.get().freeze();
            return true;
        } catch (SampanException e) {
            return false;
        }
    }

    private void scan(int signal, int times) {
        Set<Integer> reached = new HashSet<>();
        for (int i = 0; i < times; i++) {
            boolean news = false;
            for (int pid : processes.get()) {
                if (reached.add(pid)) {
                    news = true;
                    long result = Kernel.raw(NR_KILL, pid, signal, 0);
                    if (result < 0 && result != -Errno.ESRCH) {
                        throw Kernel.failure("kill", (int) -result, Integer.toString(pid));
                    }
                }
            }
            if (!news) {
                return;
            }
        }
    }
}

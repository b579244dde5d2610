package sampan.linux.cgroups;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import sampan.linux.sys.Errno;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Kernel;
import sampan.linux.sys.Open;

/// Waits for what a cgroup becomes, with a limit always. The file cgroup.events of version 2 wakes
/// its readers; for version 1 there is only looking again.
final class CgroupEvents {
    private static final long NR_POLL = 7;
    private static final long NR_PREAD64 = 17;
    private static final short POLLPRI = 2;
    private static final int TEXT = 256;

    /// A virtual thread holds its carrier for no longer than this, then lets others have it.
    private static final int SLICE_MS = 5;

    private static final long FIRST_PAUSE_NS = 50_000;
    private static final long LAST_PAUSE_NS = 2_000_000;

    private CgroupEvents() {}

    /// Waits until cgroup.events has the line `key value`; a cgroup that is gone counts as there.
    ///
    /// @param deadline of System.nanoTime
    /// @return false where the deadline passed
    static boolean await(CgroupNode node, String key, int value, long deadline) {
        Optional<Fd> opened = node.open("cgroup.events", Open.RDONLY);
        if (opened.isEmpty()) {
            return true;
        }
        String wanted = key + " " + value + "\n";
        try (Fd events = opened.get();
                Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocate(TEXT);
            MemorySegment pollfd = arena.allocate(8, 4);
            pollfd.set(ValueLayout.JAVA_INT, 0, events.number());
            while (true) {
                long n =
                        Kernel.raw(
                                NR_PREAD64, events.number(), Kernel.address(text), TEXT, 0, 0, 0);
                if (n == -Errno.ENODEV) {
                    return true;
                }
                byte[] bytes = new byte[(int) Math.max(0, n)];
                MemorySegment.copy(text, ValueLayout.JAVA_BYTE, 0, bytes, 0, bytes.length);
                if (new String(bytes, StandardCharsets.US_ASCII).contains(wanted)) {
                    return true;
                }
                if (deadline - System.nanoTime() <= 0) {
                    return false;
                }
                pollfd.set(ValueLayout.JAVA_SHORT, 4, POLLPRI);
                Kernel.raw(NR_POLL, Kernel.address(pollfd), 1, SLICE_MS);
                LockSupport.parkNanos(1);
            }
        }
    }

    /// Looks again and again, at first after 0.05 ms, then in pauses that double up to 2 ms.
    ///
    /// @return false where the deadline passed
    static boolean retry(BooleanSupplier reached, long deadline) {
        long pause = FIRST_PAUSE_NS;
        while (!reached.getAsBoolean()) {
            if (deadline - System.nanoTime() <= 0) {
                return false;
            }
            LockSupport.parkNanos(pause);
            pause = Math.min(LAST_PAUSE_NS, pause * 2);
        }
        return true;
    }
}

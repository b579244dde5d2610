package sampan.linux.netlink;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/// Native buffers that exchanges borrow, so that a socket costs a descriptor and nothing else. At
/// most [#KEPT] are kept; more are made when all are out and freed by the collector.
final class Buffers {
    /// The kernel fills dump answers up to 32 KiB where the reader offers as much.
    static final int SIZE = 32 * 1024;

    private static final int KEPT = 8;
    private static final ConcurrentLinkedQueue<MemorySegment> FREE = new ConcurrentLinkedQueue<>();
    private static final AtomicInteger FREE_COUNT = new AtomicInteger();

    private Buffers() {}

    static MemorySegment take() {
        MemorySegment free = FREE.poll();
        if (free != null) {
            FREE_COUNT.decrementAndGet();
            return free;
        }
        return Arena.ofAuto().allocate(SIZE, 8);
    }

    static void give(MemorySegment buffer) {
        if (FREE_COUNT.incrementAndGet() <= KEPT) {
            FREE.add(buffer);
        } else {
            FREE_COUNT.decrementAndGet();
        }
    }
}

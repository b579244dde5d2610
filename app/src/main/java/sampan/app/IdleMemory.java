package sampan.app;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import sampan.linux.sys.NativeHeap;

/// Gives back the memory that a burst of work took, once the work is over: the collector acts only
/// when the heap is full, and an idle daemon's heap never gets there.
///
/// Looks at the heap now and then. Where next to nothing was allocated between two looks, and much
/// since the last collection of this kind, it collects once and trims libc's heap.
final class IdleMemory implements AutoCloseable {
    private static final Duration PERIOD = Duration.ofSeconds(1);

    /// Up to so much is allocated in a period by a daemon that does nothing worth the name.
    static final long QUIET_BYTES = 512 << 10;

    /// A collection takes some 20 ms of a processor: not for less than this.
    static final long WORTH_BYTES = 4 << 20;

    private final CountDownLatch end = new CountDownLatch(1);
    private final Watch watch = new Watch();

    private IdleMemory() {}

    static IdleMemory start() {
        IdleMemory memory = new IdleMemory();
        Thread.ofPlatform().daemon().name("idle-memory").start(memory::run);
        return memory;
    }

    private void run() {
        try {
            while (!end.await(PERIOD.toMillis(), TimeUnit.MILLISECONDS)) {
                if (watch.collects(Heap.now())) {
                    System.gc();
                    NativeHeap.trim();
                    watch.collected(Heap.now());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        end.countDown();
    }

    /// The heap at one moment, in bytes: what lies in it, garbage too, and what it takes.
    record Heap(long used, long committed) {
        static Heap now() {
            Runtime runtime = Runtime.getRuntime();
            long committed = runtime.totalMemory();
            return new Heap(committed - runtime.freeMemory(), committed);
        }
    }

    /// Decides, look by look.
    static final class Watch {
        private Heap last = new Heap(0, 0);
        private Heap clean = new Heap(0, 0);

        /// Whether now is a time to collect.
        boolean collects(Heap now) {
            boolean quiet = Math.abs(now.used() - last.used()) <= QUIET_BYTES;
            boolean worth =
                    now.used() - clean.used() >= WORTH_BYTES
                            || now.committed() - clean.committed() >= WORTH_BYTES;
            last = now;
            return quiet && worth;
        }

        void collected(Heap now) {
            last = now;
            clean = now;
        }
    }
}

package sampan.app;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import sampan.linux.sys.NativeHeap;

/// Gives back the memory that a burst of work took, once the work is over: the collector acts only
/// when the heap is full, and an idle daemon's heap never gets there.
///
/// Looks at the heap now and then. Once next to nothing is allocated between two looks, it trims
/// libc's heap, where the compiler's memory lies, and collects first where much was allocated since
/// the last collection of this kind.
final class IdleMemory implements AutoCloseable {
    private static final Duration PERIOD_BUSY = Duration.ofMillis(500);
    private static final Duration PERIOD_IDLE = Duration.ofSeconds(2);

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
            Duration period = PERIOD_BUSY;
            while (!end.await(period.toMillis(), TimeUnit.MILLISECONDS)) {
                Watch.Step step = watch.look(Heap.now());
                if (step == Watch.Step.COLLECT) {
                    System.gc();
                    watch.collected(Heap.now());
                }
                if (step == Watch.Step.COLLECT || step == Watch.Step.TRIM) {
                    NativeHeap.trim();
                }
                period = step == Watch.Step.REST ? PERIOD_IDLE : PERIOD_BUSY;
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
        /// What is to be done now.
        enum Step {
            /// Nothing: the daemon works.
            WAIT,
            /// It stopped working, and a collection is worth it.
            COLLECT,
            /// It stopped working.
            TRIM,
            /// Nothing: it idles for some time.
            REST
        }

        private Heap last = new Heap(0, 0);
        private Heap clean = new Heap(0, 0);
        private boolean worked = true;

        Step look(Heap now) {
            boolean quiet = Math.abs(now.used() - last.used()) <= QUIET_BYTES;
            boolean worth =
                    now.used() - clean.used() >= WORTH_BYTES
                            || now.committed() - clean.committed() >= WORTH_BYTES;
            boolean before = worked;
            last = now;
            worked = !quiet;
            if (!quiet) {
                return Step.WAIT;
            }
            if (worth) {
                return Step.COLLECT;
            }
            return before ? Step.TRIM : Step.REST;
        }

        void collected(Heap now) {
            last = now;
            clean = now;
        }
    }
}

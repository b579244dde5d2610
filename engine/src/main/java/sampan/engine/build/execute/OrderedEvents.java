package sampan.engine.build.execute;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import sampan.engine.services.BuildListener;
import sampan.engine.services.BuildListener.BuildEvent;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

/// Carries the events of stages that run at the same time to one listener, stage after stage, on
/// the thread that asked for the build: a stage's thread may be interrupted, which would close the
/// socket it writes to. What waits for the listener is bounded: a stage that says too much waits
/// too. A stage depends on earlier ones alone, so the first that is not done can always speak.
final class OrderedEvents implements StageEvents {
    /// Bytes that one stage may have waiting.
    static final long WAITING_BYTES_MAX = 4 << 20;

    private static final long EVENT_BYTES = 64;

    /// Events without work that wait before the listener is woken.
    private static final int BRIEF_EVENTS_MAX = 256;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition moved = lock.newCondition();
    private final BuildListener listener;
    private final List<Integer> order;
    private final Map<Integer, Waiting> waiting = new HashMap<>();
    private int current;
    private boolean failed;

    private static final class Waiting {
        private final Queue<BuildEvent> events = new ArrayDeque<>();
        private long bytes;
        private boolean signalled;
        private boolean done;
    }

    /// @param order the stages' numbers
    OrderedEvents(BuildListener listener, List<Integer> order) {
        this.listener = listener;
        this.order = List.copyOf(order);
        order.forEach(stage -> waiting.put(stage, new Waiting()));
    }

    private Waiting of(int stage) {
        return waiting.computeIfAbsent(stage, _ -> new Waiting());
    }

    // A RUN that the cache has is followed by the next step at once: waking the listener for each
    // costs more than the step. One that looks at files first may take its time.
    private static boolean isBeforeWork(BuildEvent event) {
        return switch (event) {
            case BuildEvent.Step step ->
                    !step.text().startsWith("RUN ") || step.text().startsWith("RUN --");
            case BuildEvent.Cached _, BuildEvent.Done _ -> false;
            case BuildEvent.Missed _,
                    BuildEvent.Running _,
                    BuildEvent.Output _,
                    BuildEvent.Removed _,
                    BuildEvent.Triggers _,
                    BuildEvent.Warning _ ->
                    true;
        };
    }

    private static long size(BuildEvent event) {
        return EVENT_BYTES
                + (event instanceof BuildEvent.Output(byte[] bytes, _) ? bytes.length : 0);
    }

    @Override
    public void say(int stage, BuildEvent event) {
        lock.lock();
        try {
            Waiting own = of(stage);
            while (own.bytes > WAITING_BYTES_MAX && !failed) {
                moved.await();
            }
            own.events.add(event);
            own.bytes += size(event);
            if (!own.signalled && (isBeforeWork(event) || own.events.size() >= BRIEF_EVENTS_MAX)) {
                own.signalled = true;
                moved.signalAll();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SampanException(ErrorCode.UNAVAILABLE, "the build was cancelled", e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void done(int stage, boolean success) {
        lock.lock();
        try {
            of(stage).done = true;
            failed |= !success;
            moved.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void deliver() throws InterruptedException {
        List<BuildEvent> events = next();
        while (!events.isEmpty()) {
            events.forEach(listener::on);
            events = next();
        }
    }

    @Override
    public void failed(int stage, Throwable cause) {
        // the build's own failure tells
    }

    @Override
    public boolean apart() {
        return listener.apart();
    }

    /// What the stage whose turn it is has said; empty at the end.
    private List<BuildEvent> next() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (current < order.size()) {
                Waiting speaks = of(order.get(current));
                if (!speaks.events.isEmpty()) {
                    return taken(speaks);
                }
                if (speaks.done && current < order.size() - 1) {
                    current++;
                } else if (speaks.done || failed) {
                    return List.of();
                } else {
                    moved.await();
                }
            }
            return List.of();
        } finally {
            lock.unlock();
        }
    }

    private List<BuildEvent> taken(Waiting speaks) {
        List<BuildEvent> events = List.copyOf(speaks.events);
        speaks.events.clear();
        speaks.signalled = false;
        if (speaks.bytes > WAITING_BYTES_MAX) {
            moved.signalAll();
        }
        speaks.bytes = 0;
        return events;
    }

    @Override
    public void drain() {
        for (int stage : order) {
            Waiting own = of(stage);
            while (!own.events.isEmpty()) {
                listener.on(own.events.remove());
            }
        }
    }
}

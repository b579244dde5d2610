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

/// Gives the events of stages that run at the same time to one listener, stage after stage. What a
/// later stage says waits in memory, up to a limit; then the stage waits. A stage depends on
/// earlier ones alone, so the first that is not done can always speak.
final class OrderedEvents {
    /// Bytes that one stage may have waiting.
    static final long WAITING_BYTES_MAX = 4 << 20;

    private static final int EVENT_BYTES = 64;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition moved = lock.newCondition();
    private final BuildListener listener;
    private final List<Integer> order;
    private final Map<Integer, Waiting> waiting = new HashMap<>();
    private int current;

    private static final class Waiting {
        private final Queue<BuildEvent> events = new ArrayDeque<>();
        private long bytes;
        private boolean done;
    }

    /// @param order the stages' numbers
    OrderedEvents(BuildListener listener, List<Integer> order) {
        this.listener = listener;
        this.order = List.copyOf(order);
        order.forEach(stage -> waiting.put(stage, new Waiting()));
    }

    private boolean isCurrent(int stage) {
        return current < order.size() && order.get(current) == stage;
    }

    private Waiting of(int stage) {
        return waiting.computeIfAbsent(stage, _ -> new Waiting());
    }

    void say(int stage, BuildEvent event) {
        lock.lock();
        try {
            Waiting own = of(stage);
            while (!isCurrent(stage) && own.bytes > WAITING_BYTES_MAX) {
                moved.await();
            }
            if (isCurrent(stage)) {
                listener.on(event);
            } else {
                own.events.add(event);
                own.bytes +=
                        EVENT_BYTES
                                + (event instanceof BuildEvent.Output(byte[] bytes)
                                        ? bytes.length
                                        : 0);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SampanException(ErrorCode.UNAVAILABLE, "the build was cancelled", e);
        } finally {
            lock.unlock();
        }
    }

    /// The stage says nothing more.
    void done(int stage) {
        lock.lock();
        try {
            of(stage).done = true;
            while (current < order.size() && of(order.get(current)).done) {
                flush(of(order.get(current)));
                current++;
            }
            if (current < order.size()) {
                flush(of(order.get(current)));
            }
            moved.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void flush(Waiting own) {
        while (!own.events.isEmpty()) {
            listener.on(own.events.remove());
        }
        own.bytes = 0;
    }
}

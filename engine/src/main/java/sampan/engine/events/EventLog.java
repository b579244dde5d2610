package sampan.engine.events;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The events of this daemon's life: the last [#KEPT_MAX] of them, and who listens. Thread-safe;
/// publishing never blocks.
public final class EventLog {
    /// Past events that are kept.
    public static final int KEPT_MAX = 4096;

    /// Events that wait for one subscriber; one more and it is dropped.
    public static final int QUEUE_MAX = 8192;

    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<Event> ring = new ArrayDeque<>();
    private final CopyOnWriteArrayList<Listener> listeners = new CopyOnWriteArrayList<>();

    public void publish(Event event) {
        lock.lock();
        try {
            if (ring.size() == KEPT_MAX) {
                ring.removeFirst();
            }
            ring.addLast(event);
            for (Listener listener : listeners) {
                listener.offer(event);
            }
        } finally {
            lock.unlock();
        }
    }

    /// Begins with the kept events since then, if asked, and goes on with those that come; ends at
    /// `until`. An event is in it once, whether it was kept or came.
    public Listener listen(Optional<Instant> since, Optional<Instant> until, EventFilter filter) {
        Listener listener = new Listener(filter, until);
        lock.lock();
        try {
            if (since.isPresent() || until.isPresent()) {
                Instant from = since.orElse(Instant.MAX);
                ring.stream().filter(e -> !e.time().isBefore(from)).forEach(listener::offer);
            }
            listeners.add(listener);
        } finally {
            lock.unlock();
        }
        return listener;
    }

    /// For the engine itself: everything that comes from now on. Not counted among those who
    /// listen.
    public Listener watch() {
        Listener listener = new Listener(EventFilter.of(Map.of()), Optional.empty());
        listener.counted = false;
        listeners.add(listener);
        return listener;
    }

    /// Kept events, oldest first.
    public List<Event> kept() {
        lock.lock();
        try {
            return new ArrayList<>(ring);
        } finally {
            lock.unlock();
        }
    }

    public int listenerCount() {
        return (int) listeners.stream().filter(listener -> listener.counted).count();
    }

    /// Ends every subscription: the daemon goes down.
    public void close() {
        listeners.forEach(Listener::close);
    }

    /// One who listens; used by one thread, closed by any.
    public final class Listener implements AutoCloseable {
        private static final Object END = new Object();

        private final LinkedBlockingQueue<Object> queue = new LinkedBlockingQueue<>();
        private final EventFilter filter;
        private final @Nullable Instant until;
        private volatile boolean ended;
        private boolean counted = true;

        private Listener(EventFilter filter, Optional<Instant> until) {
            this.filter = filter;
            this.until = until.orElse(null);
        }

        private void offer(Event event) {
            if (ended || !filter.accepts(event)) {
                return;
            }
            if (until != null && event.time().isAfter(until)) {
                return;
            }
            if (queue.size() >= QUEUE_MAX) {
                close();
                return;
            }
            queue.add(event);
        }

        /// The next event; absent once it is over: closed, too slow, or `until` is reached.
        public Optional<Event> next() throws InterruptedException {
            Object next = until == null ? queue.take() : pollUntil(until);
            if (next instanceof Event event) {
                return Optional.of(event);
            }
            close();
            return Optional.empty();
        }

        private @Nullable Object pollUntil(Instant end) throws InterruptedException {
            Object ready = queue.poll();
            if (ready != null) {
                return ready;
            }
            long left = Duration.between(Instant.now(), end).toNanos();
            return left <= 0 ? null : queue.poll(left, TimeUnit.NANOSECONDS);
        }

        @Override
        public void close() {
            ended = true;
            listeners.remove(this);
            queue.add(END);
        }
    }
}

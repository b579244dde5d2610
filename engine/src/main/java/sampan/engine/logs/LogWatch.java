package sampan.engine.logs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Wakes followers when something is written in the directory of a log, by the kernel's
/// notification (inotify(7), through java.nio). One service and one thread for all followers, made
/// when the first one comes; followers of the same log share a watch.
///
/// A watch sees what was written, after it was written: nothing is lost between a follower's last
/// read and its wait, for the pulse remembers a beat that nobody waited for.
public final class LogWatch implements AutoCloseable {
    /// Pulses at the same time.
    public static final int PULSES_MAX = 10_000;

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<WatchKey, List<DirectoryPulse>> watched = new HashMap<>();
    private @Nullable WatchService service;
    private int count;

    /// A pulse for the log in that directory.
    ///
    /// @param end completes when everything was written; at once for a container that does not run
    public Pulse pulse(Path directory, CompletableFuture<?> end) {
        DirectoryPulse pulse = new DirectoryPulse();
        lock.lock();
        try {
            if (count >= PULSES_MAX) {
                throw new sampan.errors.SampanException(
                        sampan.errors.ErrorCode.UNAVAILABLE,
                        "more than " + PULSES_MAX + " followers of logs");
            }
            pulse.key =
                    directory.register(
                            started(),
                            StandardWatchEventKinds.ENTRY_CREATE,
                            StandardWatchEventKinds.ENTRY_MODIFY);
            watched.computeIfAbsent(pulse.key, _ -> new ArrayList<>()).add(pulse);
            count++;
        } catch (IOException e) {
            throw new UncheckedIOException("watch " + directory, e);
        } finally {
            lock.unlock();
        }
        var _ = end.whenComplete((_, _) -> pulse.end());
        return pulse;
    }

    private WatchService started() throws IOException {
        WatchService running = service;
        if (running == null) {
            running = FileSystems.getDefault().newWatchService();
            service = running;
            WatchService taken = running;
            Thread.ofVirtual().name("log watch").start(() -> deliver(taken));
        }
        return running;
    }

    private void deliver(WatchService from) {
        try {
            while (true) {
                WatchKey key = from.take();
                key.pollEvents();
                List<DirectoryPulse> pulses;
                lock.lock();
                try {
                    pulses = List.copyOf(watched.getOrDefault(key, List.of()));
                } finally {
                    lock.unlock();
                }
                pulses.forEach(DirectoryPulse::more);
                if (!key.reset()) {
                    pulses.forEach(DirectoryPulse::end);
                }
            }
        } catch (ClosedWatchServiceException _) {
            // The daemon goes down.
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void forget(DirectoryPulse pulse) {
        lock.lock();
        try {
            WatchKey key = pulse.key;
            if (key == null) {
                return;
            }
            pulse.key = null;
            count--;
            List<DirectoryPulse> others = watched.get(key);
            if (others != null) {
                others.remove(pulse);
                if (others.isEmpty()) {
                    watched.remove(key);
                    key.cancel();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /// Ends all followers.
    @Override
    public void close() {
        lock.lock();
        try {
            watched.values().forEach(pulses -> pulses.forEach(DirectoryPulse::end));
            if (service != null) {
                service.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            lock.unlock();
        }
    }

    private final class DirectoryPulse implements Pulse {
        private final ReentrantLock own = new ReentrantLock();
        private final Condition beat = own.newCondition();
        private @Nullable WatchKey key;
        private boolean more;
        private boolean ended;

        private void more() {
            own.lock();
            try {
                more = true;
                beat.signalAll();
            } finally {
                own.unlock();
            }
        }

        private void end() {
            own.lock();
            try {
                ended = true;
                beat.signalAll();
            } finally {
                own.unlock();
            }
        }

        @Override
        public Beat await(Optional<Duration> limit) throws InterruptedException {
            long left = limit.map(Duration::toNanos).orElse(Long.MAX_VALUE);
            own.lock();
            try {
                while (!more && !ended && left > 0) {
                    if (limit.isPresent()) {
                        left = beat.awaitNanos(left);
                    } else {
                        beat.await(1, TimeUnit.DAYS);
                    }
                }
                if (ended) {
                    return Beat.END;
                }
                if (more) {
                    more = false;
                    return Beat.MORE;
                }
                return Beat.TIMEOUT;
            } finally {
                own.unlock();
            }
        }

        @Override
        public void close() {
            forget(this);
            end();
        }
    }
}

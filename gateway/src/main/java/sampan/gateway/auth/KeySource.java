package sampan.gateway.auth;

import com.nimbusds.jose.JWSHeader;
import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;

/// Keys that may change where they come from. They are loaded again in time, and when a token names
/// one that is not known, but no sooner than [Settings#retryNanos] after the last time. Where they
/// cannot be loaded, those that are known go on for [Settings#staleNanos].
final class KeySource {
    /// Loads keys; blocks.
    @FunctionalInterface
    interface Loader {
        Keys load() throws Exception;
    }

    /// When they are loaded again.
    ///
    /// @param refreshNanos after the last success
    /// @param retryNanos between any two attempts
    /// @param staleNanos how long they hold without a success
    record Settings(long refreshNanos, long retryNanos, long staleNanos) {}

    private static final System.Logger LOG = System.getLogger(KeySource.class.getName());

    private final String name;
    private final Loader loader;
    private final Settings settings;
    private final AtomicBoolean refreshing = new AtomicBoolean();
    private final ReentrantLock lock = new ReentrantLock();
    private volatile Keys keys = Keys.NONE;
    private final AtomicInteger epoch;
    private volatile boolean loaded;
    private volatile long due = System.nanoTime();
    private long succeeded;
    private long attempted;
    private boolean failing;

    /// @param name for messages
    /// @param epoch grows when a key is gone: what it proved no longer holds
    KeySource(String name, Loader loader, Settings settings, AtomicInteger epoch) {
        this.epoch = epoch;
        this.name = name;
        this.loader = loader;
        this.settings = settings;
        attempted = System.nanoTime() - settings.retryNanos();
    }

    String name() {
        return name;
    }

    /// Whether there have been keys at all.
    boolean isLoaded() {
        return loaded;
    }

    /// The keys that are known; has them loaded in the background where that is due.
    Keys keys(long now) {
        if (now - due >= 0 && refreshing.compareAndSet(false, true)) {
            Thread.ofVirtual()
                    .name("keys")
                    .start(() -> {
                        try {
                            load();
                        } finally {
                            refreshing.set(false);
                        }
                    });
        }
        return keys;
    }

    /// The keys, loaded anew where none of them may have signed that and it is not too soon.
    /// Blocks.
    Keys keysFor(JWSHeader header) {
        lock.lock();
        try {
            if (keys.candidates(header).isEmpty()) {
                load();
            }
            return keys;
        } finally {
            lock.unlock();
        }
    }

    /// Loads them unless that was tried just now. Blocks.
    void load() {
        lock.lock();
        try {
            long now = System.nanoTime();
            if (now - attempted < settings.retryNanos()) {
                return;
            }
            attempted = now;
            try {
                take(loader.load());
                succeeded = now;
                due = now + settings.refreshNanos();
                if (failing) {
                    failing = false;
                    LOG.log(Level.INFO, "keys of " + name + " are loaded again");
                }
            } catch (Exception e) {
                failed(now, e);
            }
        } finally {
            lock.unlock();
        }
    }

    private void take(Keys next) {
        boolean kept = next.keeps(keys);
        keys = next;
        loaded = true;
        if (!kept) {
            epoch.incrementAndGet();
        }
    }

    private void failed(long now, Exception e) {
        due = now + settings.retryNanos();
        if (!failing) {
            failing = true;
            LOG.log(
                    Level.WARNING,
                    "keys of "
                            + name
                            + " cannot be loaded, the known ones go on: "
                            + e.getMessage());
        }
        if (loaded && now - succeeded > settings.staleNanos()) {
            keys = Keys.NONE;
            loaded = false;
            epoch.incrementAndGet();
        }
    }
}

package sampan.gateway.acme;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import org.shredzone.acme4j.exception.AcmeException;
import org.shredzone.acme4j.exception.AcmeRateLimitedException;
import sampan.linux.tls.TlsServer;

/// Keeps certificates fresh, on a thread of its own, until it is closed.
final class Keeper implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("sampan-gateway");
    private static final Duration LOOK = Duration.ofHours(1);
    private static final Duration LOCK_LOOK = Duration.ofSeconds(5);
    private static final Duration PAUSE = Duration.ofMinutes(1);
    private static final Duration PAUSE_MAX = Duration.ofHours(6);
    private static final int PAUSE_FACTOR = 4;
    // Of a certificate's life: gateways that began together do not renew together.
    private static final int JITTER_SHARE = 20;

    /// What went wrong with one, and when it is tried again.
    private record Failure(int count, Instant next, String words) {}

    private final CertificateStore store;
    private final Orders orders;
    private final List<TlsServer.Certificate> wanted;
    private final Map<Path, Failure> failures = new ConcurrentHashMap<>();
    private final Map<Path, Double> jitter = new HashMap<>();
    private final RandomGenerator random = RandomGenerator.getDefault();
    private final Thread thread;
    private volatile boolean closed;

    Keeper(Orders orders, List<TlsServer.Certificate> wanted) {
        store = orders.store();
        this.orders = orders;
        this.wanted = wanted;
        thread = Thread.ofVirtual().name("acme").start(this::run);
    }

    private void run() {
        try {
            Optional<FileLock> lock = store.lock();
            while (lock.isEmpty()) {
                Thread.sleep(LOCK_LOOK);
                lock = store.lock();
            }
            try (var _ = lock.get().acquiredBy()) {
                while (true) {
                    Instant next = Instant.now().plus(LOOK);
                    for (TlsServer.Certificate one : wanted) {
                        Instant due = attend(one);
                        next = due.isBefore(next) ? due : next;
                    }
                    Thread.sleep(Duration.between(Instant.now(), next).plusSeconds(1));
                }
            }
        } catch (InterruptedException _) {
            // closed
        } catch (IOException e) {
            wanted.forEach(one ->
                    failures.put(one.chain(), new Failure(1, Instant.MAX, String.valueOf(e))));
            LOG.log(Level.ERROR, "acme: no certificate will be renewed: " + e);
        }
    }

    /// Orders one where it is due.
    ///
    /// @return when it is to be looked at again
    private Instant attend(TlsServer.Certificate one) throws IOException, InterruptedException {
        Instant due = due(one);
        if (due.isAfter(Instant.now())) {
            return due;
        }
        try {
            orders.order(one);
            failures.remove(one.chain());
            jitter.remove(one.chain());
            LOG.log(Level.INFO, "acme: certificate of " + one.names() + " until its renewal");
        } catch (AcmeException | IOException | RuntimeException e) {
            // The library throws of its own what a strange server makes of it, and an interrupt is
            // a failure of the network to it.
            if (closed) {
                throw new InterruptedException();
            }
            Failure failure = failure(one, e);
            failures.put(one.chain(), failure);
            LOG.log(
                    Level.ERROR,
                    "acme: no certificate of "
                            + one.names()
                            + ": "
                            + failure.words()
                            + ": next try at "
                            + failure.next());
        }
        return due(one);
    }

    private Instant due(TlsServer.Certificate one) throws IOException {
        Failure failure = failures.get(one.chain());
        if (failure != null) {
            return failure.next();
        }
        Instant due = store.due(one.chain(), one.names());
        if (due.equals(Instant.EPOCH)) {
            return due;
        }
        double share = jitter.computeIfAbsent(one.chain(), _ -> random.nextDouble());
        long early = (long) (store.life(one.chain()).dividedBy(JITTER_SHARE).toMillis() * share);
        return due.minusMillis(early);
    }

    private Failure failure(TlsServer.Certificate one, Exception e) {
        Failure before = failures.get(one.chain());
        int count = before == null ? 1 : before.count() + 1;
        Instant next = Instant.now().plus(pause(count, random.nextDouble()));
        if (e instanceof AcmeRateLimitedException limited) {
            Instant told = limited.getRetryAfter().orElse(next);
            next = told.isAfter(next) ? told : next;
        }
        return new Failure(count, next, words(e));
    }

    /// What happened, and what of it: a cause without words is told by its kind.
    private static String words(Throwable e) {
        Throwable cause = e.getCause();
        String message = e.getMessage();
        return (message == null ? e.getClass().getSimpleName() : message)
                + (cause == null ? "" : ": " + words(cause));
    }

    /// How long to wait after so many failures in a row: servers allow five an hour for a name.
    ///
    /// @param random from 0 to 1
    static Duration pause(int failures, double random) {
        double pause = PAUSE.toMillis() * Math.pow(PAUSE_FACTOR, Math.min(failures, 10) - 1.0);
        double bounded = Math.min(pause, (double) PAUSE_MAX.toMillis());
        return Duration.ofMillis((long) (bounded * (1 + random / 4)));
    }

    /// What is wrong, by the first name of the certificate that it concerns.
    Map<String, String> problems() {
        Map<String, String> problems = new java.util.TreeMap<>();
        for (TlsServer.Certificate one : wanted) {
            Failure failure = failures.get(one.chain());
            if (failure != null) {
                problems.put(
                        one.names().getFirst(),
                        failure.words() + ": next try at " + failure.next());
            }
        }
        return problems;
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join(PAUSE);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}

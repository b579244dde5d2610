package sampan.gateway.health;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import sampan.gateway.routes.Target;

/// All checks that run: one virtual thread a target, of which at most [#PROBES_MAX] look at once.
/// Thread-safe.
public final class HealthChecks implements AutoCloseable {
    /// Probes under way at once.
    public static final int PROBES_MAX = 256;

    // Who has just come is looked at often, so that it joins as soon as it listens or is well, but
    // one that has to answer each look less often; all of them together no more often than once in
    // the third of these.
    private static final long CLOSED_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long ILL_NANOS = TimeUnit.MILLISECONDS.toNanos(25);
    private static final long YOUNG_SHARE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long YOUTH_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long WAITING_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int SPREAD = 10;

    /// What is checked.
    public record Subject(InetAddress host, int port, HealthSettings settings) {}

    private static final class Check {
        private final Subject subject;
        private volatile boolean ended;
        // Of its own thread.
        private long waitingSince;
        private boolean young;
        private boolean joined;

        private Check(Subject subject) {
            this.subject = subject;
        }
    }

    private final Map<Target, Check> checks = new HashMap<>();
    private final Semaphore probes = new Semaphore(PROBES_MAX);
    private final AtomicInteger young = new AtomicInteger();

    /// Checks these targets from now on, and no others. Who is checked already and alike is not
    /// begun anew; who is no longer checked is ready.
    public synchronized void follow(Map<Target, Subject> subjects, Set<Target> unchecked) {
        Iterator<Map.Entry<Target, Check>> known = checks.entrySet().iterator();
        while (known.hasNext()) {
            Map.Entry<Target, Check> entry = known.next();
            if (!entry.getValue().subject.equals(subjects.get(entry.getKey()))) {
                entry.getValue().ended = true;
                known.remove();
            }
        }
        unchecked.forEach(target -> target.ready(true));
        subjects.forEach((target, subject) -> {
            if (!checks.containsKey(target)) {
                Check check = new Check(subject);
                checks.put(target, check);
                Thread.ofVirtual().name("health").start(() -> run(target, check));
            }
        });
    }

    private void run(Target target, Check check) {
        HealthSettings settings = check.subject.settings();
        check.waitingSince = System.nanoTime();
        int passed = 0;
        int failed = 0;
        try {
            while (!check.ended) {
                HealthProbe.Sight seen = probe(check.subject);
                boolean well = seen == HealthProbe.Sight.WELL;
                passed = well ? passed + 1 : 0;
                failed = well ? 0 : failed + 1;
                if (check.ended) {
                    return;
                }
                if (passed >= settings.healthy() && !target.isReady()) {
                    target.ready(true);
                }
                if (failed >= settings.unhealthy() && target.isReady() && !settings.once()) {
                    target.ready(false);
                }
                if (target.isReady() && settings.once()) {
                    return;
                }
                sleep(pause(target.isReady(), seen, check));
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            young(check, false);
        }
    }

    /// How long until the next look.
    private long pause(boolean ready, HealthProbe.Sight seen, Check check) {
        long interval = check.subject.settings().intervalNanos();
        long now = System.nanoTime();
        if (ready) {
            check.waitingSince = now;
            check.joined = true;
            young(check, false);
            return interval;
        }
        boolean closed = seen == HealthProbe.Sight.CLOSED;
        // One that has fallen ill is left in peace; one that is started again joins soon.
        young(check, now - check.waitingSince < YOUTH_NANOS && (closed || !check.joined));
        long least = closed ? CLOSED_NANOS : ILL_NANOS;
        long often =
                check.young
                        ? Math.clamp(young.get() * YOUNG_SHARE_NANOS, least, WAITING_NANOS)
                        : WAITING_NANOS;
        return Math.min(interval, often);
    }

    private void young(Check check, boolean is) {
        if (check.young != is) {
            check.young = is;
            young.addAndGet(is ? 1 : -1);
        }
    }

    private HealthProbe.Sight probe(Subject subject) throws InterruptedException {
        probes.acquire();
        try {
            return HealthProbe.look(subject.host(), subject.port(), subject.settings());
        } finally {
            probes.release();
        }
    }

    /// A little longer or shorter each time, so that checks of many do not come together.
    private static void sleep(long nanos) throws InterruptedException {
        long spread = Math.max(1, nanos / SPREAD);
        LockSupport.parkNanos(nanos + ThreadLocalRandom.current().nextLong(spread) - spread / 2);
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    @Override
    public synchronized void close() {
        checks.values().forEach(check -> check.ended = true);
        checks.clear();
    }
}

package sampan.http;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/// Closes connections whose wait has lasted too long. A blocking read knows no time limit, so one
/// thread for all looks at their deadlines from time to time; it sleeps for good while there are no
/// connections.
final class Deadlines {
    private static final Duration LOOK_MAX = Duration.ofSeconds(5);
    private static final Duration LOOK_MIN = Duration.ofMillis(20);

    private final Set<Connection> watched = ConcurrentHashMap.newKeySet();
    private final LongSupplier clock;
    private final long lookNanos;
    private volatile boolean stopped;
    private volatile boolean dozing;
    private final Thread thread;

    Deadlines(Limits limits, LongSupplier clock) {
        this.clock = clock;
        Duration quarter = limits.shortest().dividedBy(4);
        Duration look = quarter.compareTo(LOOK_MAX) > 0 ? LOOK_MAX : quarter;
        lookNanos = (look.compareTo(LOOK_MIN) < 0 ? LOOK_MIN : look).toNanos();
        thread = Thread.ofVirtual().name("http-deadlines").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    void stop() {
        stopped = true;
        LockSupport.unpark(thread);
    }

    void add(Connection connection) {
        watched.add(connection);
        if (dozing) {
            LockSupport.unpark(thread);
        }
    }

    void remove(Connection connection) {
        watched.remove(connection);
    }

    Set<Connection> all() {
        return watched;
    }

    private void run() {
        while (!stopped) {
            // Raised before the look, so that who adds after it sees that a wake-up is due.
            dozing = true;
            if (watched.isEmpty()) {
                LockSupport.park(this);
                continue;
            }
            dozing = false;
            LockSupport.parkNanos(this, lookNanos);
            long now = clock.getAsLong();
            for (Connection connection : watched) {
                connection.closeIfOverdue(now);
            }
        }
    }
}

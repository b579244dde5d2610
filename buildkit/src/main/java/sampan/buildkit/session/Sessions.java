package sampan.buildkit.session;

import io.grpc.ManagedChannel;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import sampan.api.builds.BuildWire.Offer;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

/// The sessions that are open. Thread-safe.
public final class Sessions {
    /// Open at the same time.
    private static final int SESSIONS_MAX = 256;

    /// A build may come a little earlier than the connection of its session.
    private static final Duration COMES_WITHIN = Duration.ofSeconds(5);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition came = lock.newCondition();
    private final Map<String, Session> open = new HashMap<>();

    /// @throws SampanException CONFLICT where the id is taken
    public void check(Offer offer) {
        lock.lock();
        try {
            if (open.containsKey(offer.id())) {
                throw new SampanException(
                        ErrorCode.CONFLICT, "session " + offer.id() + " is there already");
            }
            if (open.size() >= SESSIONS_MAX) {
                throw new SampanException(
                        ErrorCode.UNAVAILABLE,
                        "more than " + SESSIONS_MAX + " sessions: wait for a build to end");
            }
        } finally {
            lock.unlock();
        }
    }

    /// @throws SampanException CONFLICT where another came first
    public Session add(Offer offer, ManagedChannel channel) {
        lock.lock();
        try {
            check(offer);
            Session session = new Session(offer, channel);
            open.put(offer.id(), session);
            came.signalAll();
            return session;
        } finally {
            lock.unlock();
        }
    }

    public void remove(Session session) {
        lock.lock();
        try {
            open.remove(session.id(), session);
        } finally {
            lock.unlock();
        }
    }

    /// The session of a build; waits a little for one that is not there yet.
    ///
    /// @throws SampanException NOT_FOUND
    public Session get(String id) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = COMES_WITHIN.toNanos();
            Session found = open.get(id);
            while (found == null) {
                if (left <= 0) {
                    throw SampanException.notFound("no active session for " + id);
                }
                left = came.awaitNanos(left);
                found = open.get(id);
            }
            return found;
        } finally {
            lock.unlock();
        }
    }
}

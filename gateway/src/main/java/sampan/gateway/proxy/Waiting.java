package sampan.gateway.proxy;

import java.lang.System.Logger.Level;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;

/// What requests of a loop wait for, each on a virtual thread of its own. Bounded: a slot is free
/// again only when its work has ended, whether or not anybody still waits for it.
final class Waiting {
    /// Works under way, per loop.
    static final int WORKS_MAX = 1024;

    /// How long a request waits for one.
    static final long WAIT_NANOS_MAX = 15_000_000_000L;

    /// The outcome of work that threw.
    record Failed(String type) {}

    private record Done(Exchange exchange, long ticket, Object outcome) {}

    private static final System.Logger LOG = System.getLogger(Waiting.class.getName());

    private final Loop loop;
    private final BlockingQueue<Done> done = new ArrayBlockingQueue<>(WORKS_MAX);
    private int underWay;

    Waiting(Loop loop) {
        this.loop = loop;
    }

    /// Begins work for an exchange; false where too much is under way.
    boolean begin(Exchange exchange, long ticket, Callable<Object> work) {
        if (underWay == WORKS_MAX) {
            return false;
        }
        underWay++;
        Thread.ofVirtual()
                .name("admission")
                .start(() -> {
                    done.add(new Done(exchange, ticket, outcome(work)));
                    loop.epoll.wake();
                });
        return true;
    }

    // What is thrown may quote a secret: only its type is told.
    private static Object outcome(Callable<Object> work) {
        try {
            return work.call();
        } catch (Exception | StackOverflowError e) {
            String type = e.getClass().getName();
            LOG.log(Level.WARNING, "a request could not be admitted: " + type);
            return new Failed(type);
        }
    }

    /// Goes on with requests whose outcome is there; on the loop's thread.
    void resume() {
        for (Done next = done.poll(); next != null; next = done.poll()) {
            underWay--;
            next.exchange.admission.resume(next.ticket, next.outcome);
        }
    }
}

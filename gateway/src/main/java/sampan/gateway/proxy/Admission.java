package sampan.gateway.proxy;

import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import sampan.gateway.metrics.RouteStats;
import sampan.gateway.routes.Filter;
import sampan.gateway.routes.Held;
import sampan.gateway.routes.Identity;
import sampan.gateway.routes.Reply;
import sampan.gateway.routes.RequestView;
import sampan.gateway.routes.Route;
import sampan.gateway.routes.RoutingTable;
import sampan.gateway.routes.Target;
import sampan.gateway.wire.Head;
import sampan.gateway.wire.Octets;
import sampan.gateway.wire.RequestHead;
import sampan.linux.net.Memory;

/// The way of one request through the filters of its route. One that a filter has wait is put
/// aside, head and first part of the body, and the loop goes on; when the outcome is there it comes
/// back as if it had just been read. Meanwhile nothing is read from the client: requests behind it
/// keep their order, and a body that it sends stays in the kernel's queue.
final class Admission {
    private static final long RETRY_AFTER_NANOS = 1_000_000_000L;
    private static final int BAD_REQUEST = 400;
    private static final int UNAVAILABLE = 503;
    private static final int TIMEOUT = 504;
    private static final byte[] NOTHING = {};
    private static final byte[] REFUSED = Octets.ascii("refused\n");

    private final Exchange exchange;
    private final Loop loop;
    private long ticket;
    private boolean waiting;
    private @Nullable Identity identity;
    private @Nullable Held held;
    private byte[] toldClient = NOTHING;
    private byte[] toldWithAnswer = NOTHING;

    // What is put aside; only while it waits.
    private @Nullable Route route;
    private @Nullable RoutingTable table;
    private long block;
    private int capacity;
    private int headLength;
    private int length;
    private int addedLength;
    private int step;
    private long droppedLow;
    private long droppedHigh;

    Admission(Exchange exchange) {
        this.exchange = exchange;
        loop = exchange.loop;
    }

    /// Another request begins.
    void forget() {
        identity = null;
        toldClient = NOTHING;
        toldWithAnswer = NOTHING;
    }

    /// Lines that filters want in the answer.
    byte[] toldClient() {
        return toldClient;
    }

    /// Lines that filters want in the answer of a service.
    byte[] toldWithAnswer() {
        return toldWithAnswer;
    }

    /// Who the request is from, as far as is known.
    @Nullable Identity identity() {
        return identity;
    }

    /// Counts the request for its route, for the target that was asked last, and for whom it is
    /// from.
    void account(long took) {
        count(loop.stats(exchange.route()), took);
        Held places = held;
        if (places != null) {
            held = null;
            places.release();
        }
        Target target = exchange.target();
        if (target != null) {
            count(target.stats(), took);
        }
        Identity.Consumer consumer = identity == null ? null : identity.consumer();
        if (consumer != null) {
            count(consumer.stats(), took);
        }
    }

    private void count(RouteStats stats, long took) {
        stats.add(loop.index, exchange.status(), took, exchange.bytesIn(), exchange.bytesOut());
    }

    boolean isWaiting() {
        return waiting;
    }

    /// Takes a request whose head and first part of the body the loop's buffer holds; the view
    /// stands at the filter that is next.
    void check(Route found, long body, long bodyEnd) {
        RequestView view = loop.view;
        int checked = found.check(view, loop.now);
        identity = view.identity();
        Held taken = view.takeHeld();
        if (taken != null) {
            held = held == null ? taken : new Held(taken.bulkhead(), taken.place(), held);
        }
        byte[] told = view.toldClient();
        if (told != null) {
            toldClient = told;
        }
        byte[] with = view.toldWithAnswer();
        if (with != null) {
            toldWithAnswer = with;
        }
        if (checked == Filter.PASS) {
            exchange.admitted(found, body, bodyEnd);
        } else if (checked == Filter.WAIT) {
            suspend(found, view.takeWork(), body, bodyEnd);
        } else {
            if (checked >= BAD_REQUEST) {
                loop.refused(found, checked);
            }
            Reply reply = view.reply();
            long wait = view.retryAfterNanos();
            exchange.answer(
                    reply == null
                            ? new Answers.Answer(checked, REFUSED, wait, null)
                            : Answers.Answer.of(reply, wait));
        }
    }

    private void suspend(Route found, Callable<Object> work, long body, long bodyEnd) {
        if (!keep(body, bodyEnd) || !loop.waiting.begin(exchange, ++ticket, work)) {
            drop();
            unavailable(UNAVAILABLE, "too many requests wait for their admission");
            return;
        }
        waiting = true;
        route = found;
        table = loop.table();
        exchange.client.setReading(false);
        long total = found.bounds().totalNanos();
        long until = loop.now + Waiting.WAIT_NANOS_MAX;
        loop.timers.set(
                exchange.client, total == 0 ? until : Math.min(until, exchange.started() + total));
    }

    private void unavailable(int status, String words) {
        byte[] text = Octets.ascii(words + "\n");
        exchange.answer(new Answers.Answer(status, text, RETRY_AFTER_NANOS, null));
    }

    private boolean keep(long body, long bodyEnd) {
        RequestHead head = loop.request;
        RequestView view = loop.view;
        long from = head.base() + head.start();
        headLength = (int) (body - from);
        length = (int) (bodyEnd - from);
        addedLength = view.addedLength();
        capacity = Buffers.capacity(length + addedLength);
        block = capacity == 0 ? 0 : loop.buffers.take(capacity);
        if (block == 0) {
            return false;
        }
        Memory.copy(from, block, length);
        Memory.copy(view.added(), block + length, addedLength);
        step = view.suspend();
        droppedLow = dropped(head, 0);
        droppedHigh = dropped(head, Long.SIZE);
        return true;
    }

    private static long dropped(Head head, int from) {
        long bits = 0;
        int to = Math.min(head.count(), from + Long.SIZE);
        for (int i = from; i < to; i++) {
            bits |= head.isDropped(i) ? 1L << (i - from) : 0;
        }
        return bits;
    }

    private static void drop(Head head, int from, long bits) {
        for (long left = bits; left != 0; left &= left - 1) {
            head.drop(from + Long.numberOfTrailingZeros(left));
        }
    }

    /// The outcome is there. Too late where the client went away or was answered meanwhile.
    void resume(long of, Object outcome) {
        if (!waiting || ticket != of) {
            if (outcome instanceof Held late) {
                late.release();
            }
            return;
        }
        long base = loop.receiveAt;
        RequestView view = loop.view;
        Memory.copy(block, base, length);
        loop.request.read(base, 0, headLength);
        drop(loop.request, 0, droppedLow);
        drop(loop.request, Long.SIZE, droppedHigh);
        view.begin(exchange.client.address(), exchange.client.addressLength());
        view.cameBy(exchange.client.isSecure(), exchange.client.certificate());
        view.add(block + length, block + length + addedLength);
        view.resume(step, identity, outcome);
        Route found = current(Objects.requireNonNull(route));
        int head = headLength;
        int end = length;
        drop();
        if (outcome instanceof Waiting.Failed) {
            unavailable(UNAVAILABLE, "the request could not be admitted");
            return;
        }
        exchange.client.setReading(true);
        exchange.armClient();
        check(found, base + head, base + end);
    }

    /// The route as the table has it now, that an upstream which has left is not asked.
    private Route current(Route before) {
        RoutingTable now = loop.table();
        if (now != table) {
            for (Route candidate : now.routes()) {
                if (candidate.name().equals(before.name())) {
                    return candidate;
                }
            }
        }
        return before;
    }

    /// The outcome did not come in time.
    void expired() {
        drop();
        unavailable(TIMEOUT, "the request was not admitted in time");
    }

    /// Forgets what waits, if anything does; an outcome that still comes is for nobody.
    void drop() {
        ticket++;
        waiting = false;
        route = null;
        table = null;
        if (block != 0) {
            loop.buffers.give(block, capacity);
            block = 0;
        }
    }
}

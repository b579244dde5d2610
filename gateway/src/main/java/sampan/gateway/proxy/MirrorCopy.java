package sampan.gateway.proxy;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import sampan.gateway.routes.Mirror;
import sampan.gateway.routes.Service;
import sampan.gateway.routes.Target;
import sampan.gateway.wire.BodyFraming;
import sampan.gateway.wire.Head;
import sampan.gateway.wire.Method;
import sampan.gateway.wire.Octets;
import sampan.gateway.wire.Refusal;
import sampan.gateway.wire.ResponseHead;
import sampan.linux.net.Memory;
import sampan.linux.sys.Errno;

/// A copy of a request on its way to a mirror, and the end of its answer.
final class MirrorCopy implements UpstreamUser {
    /// Octets of an answer that are read and thrown away; a longer one ends its connection.
    static final long ANSWER_BYTES_MAX = 4 << 20;

    private static final byte[] HOST = Octets.ascii("host:");
    private static final byte[] SHADOW = Octets.ascii("-shadow");
    private static final byte[] END = Octets.ascii("\r\n");
    private static final int BLANK_LINE = 2;

    private final Loop loop;
    private final Permit permit;
    private final BodyFraming body = new BodyFraming();
    private @Nullable Mirror mirror;
    private @Nullable UpstreamConnection upstream;
    private @Nullable Target target;
    private Method method = Method.OTHER;
    private long hash;
    private long block;
    private int capacity;
    private int length;
    private int head;
    private boolean headed;
    private boolean repeated;
    private int searched;
    private long answerBytes;

    MirrorCopy(Loop loop) {
        this.loop = loop;
        permit = new Permit(loop);
    }

    /// Takes the head that the loop's writer holds. False where there is no memory.
    boolean begin(Mirror mirror) {
        this.mirror = mirror;
        method = loop.request.method();
        hash = mirror.service().hash(loop.view);
        headed = false;
        repeated = false;
        searched = 0;
        answerBytes = 0;
        length = 0;
        long at = loop.writer.start();
        long end = at + loop.writer.length() - BLANK_LINE;
        long host = mirror.shadowHost() ? hostEnd(at, end) : end;
        boolean room = put(at, host);
        if (host < end) {
            room = room && put(SHADOW) && put(host, end);
        }
        room = room && put(mirror.mark()) && put(END);
        head = length;
        return room;
    }

    /// Behind the name in the Host line, the end where there is none.
    private static long hostEnd(long from, long end) {
        for (long at = Octets.lineFeed(from, end); at >= 0; at = Octets.lineFeed(at + 1, end)) {
            long name = at + 1;
            if (name + HOST.length > end
                    || !Octets.sameIgnoringCase(name, name + HOST.length, HOST)) {
                continue;
            }
            long to = name + HOST.length;
            while (Memory.get(to) == ' ') {
                to++;
            }
            boolean literal = Memory.get(to) == '[';
            while (Memory.get(to) != ':' && Memory.get(to) != '\r') {
                to++;
            }
            return literal ? end : to;
        }
        return end;
    }

    private boolean put(byte[] bytes) {
        if (!reserve(bytes.length)) {
            return false;
        }
        Memory.copy(bytes, block + length);
        length += bytes.length;
        return true;
    }

    private boolean put(long at, long end) {
        if (!reserve((int) (end - at))) {
            return false;
        }
        Memory.copy(at, block + length, end - at);
        length += (int) (end - at);
        return true;
    }

    private boolean reserve(int more) {
        if (length + more <= capacity) {
            return true;
        }
        int wanted = Buffers.capacity(length + more);
        long larger = wanted == 0 ? 0 : loop.buffers.take(wanted);
        if (larger == 0) {
            return false;
        }
        Memory.copy(block, larger, length);
        freeBlock();
        block = larger;
        capacity = wanted;
        return true;
    }

    private void freeBlock() {
        if (block != 0) {
            loop.buffers.give(block, capacity);
        }
        block = 0;
        capacity = 0;
    }

    /// Takes some of the body; false where it becomes too long, or there is no memory.
    boolean append(long at, int bytes) {
        return length - head + bytes <= mirror().bodyBytesMax() && put(at, at + bytes);
    }

    private Mirror mirror() {
        return Objects.requireNonNull(mirror);
    }

    /// The copy is complete.
    void send() {
        Service service = mirror().service();
        if (!permit.enter(service)) {
            lose();
            return;
        }
        Target picked = service.pick(hash, loop.now, null);
        if (picked == null) {
            lose();
            return;
        }
        target = picked;
        picked.begin();
        send(picked, loop.pool(picked).take());
    }

    private void send(Target to, @Nullable UpstreamConnection pooled) {
        UpstreamConnection connection = pooled == null ? loop.connect(to) : pooled;
        upstream = connection;
        if (connection == null) {
            permit.failed();
            lose();
            return;
        }
        connection.carry(this);
        if (!connection.send(block, length)) {
            upstreamBroken();
            return;
        }
        arm(connection);
    }

    private void arm(UpstreamConnection connection) {
        Service.Settings settings = mirror().service().settings();
        loop.timers.set(
                connection,
                loop.now
                        + (connection.isConnecting()
                                ? settings.connectNanos()
                                : settings.responseNanos()));
    }

    @Override
    public void connected() {
        arm(Objects.requireNonNull(upstream));
    }

    @Override
    public void upstreamDrained() {}

    @Override
    public @Nullable ClientConnection client() {
        return null;
    }

    @Override
    public void upstreamBroken() {
        UpstreamConnection connection = Objects.requireNonNull(upstream);
        boolean stale = connection.isUsed() && !repeated && !headed && searched == 0;
        if (!stale) {
            fail();
            return;
        }
        // Its server closed it while it was idle.
        repeated = true;
        connection.discard();
        send(Objects.requireNonNull(target), null);
    }

    @Override
    public void upstreamExpired() {
        fail();
    }

    @Override
    public void responseReadable() {
        UpstreamConnection connection = Objects.requireNonNull(upstream);
        if (headed) {
            readBody(connection);
        } else {
            readHead(connection);
        }
    }

    private void readHead(UpstreamConnection connection) {
        int have = connection.heldLength();
        int room = connection.headRoom() - have;
        long base = connection.headAt();
        int n = room <= 0 ? 0 : connection.receive(base + have, room);
        if (n == -Errno.EAGAIN) {
            return;
        }
        if (n <= 0) {
            upstreamBroken();
            return;
        }
        headBytes(connection, base, have + n);
    }

    private void headBytes(UpstreamConnection connection, long from, int size) {
        long base = from;
        int left = size;
        while (left > 0) {
            int end = Head.findEnd(base, Math.max(0, searched - 3), left);
            if (end < 0 ? left >= Answering.HEAD_BYTES_MAX : end > Answering.HEAD_BYTES_MAX) {
                fail();
                return;
            }
            if (end < 0) {
                searched = left;
                if (!connection.hold(base, left)) {
                    fail();
                }
                return;
            }
            searched = 0;
            if (base < loop.receiveAt || base >= loop.receiveAt + Loop.RECEIVE_BYTES) {
                connection.hold(base, left);
                connection.unhold();
                base = loop.receiveAt;
            }
            if (loop.response.read(base, 0, end) != Refusal.NONE) {
                fail();
                return;
            }
            if (!loop.response.isInterim()) {
                answered(connection, base + end, base + left);
                return;
            }
            base += end;
            left -= end;
        }
        connection.freeHeld();
    }

    private void answered(UpstreamConnection connection, long at, long end) {
        ResponseHead answer = loop.response;
        if (answer.status() == ResponseHead.SWITCHING_PROTOCOLS) {
            fail();
            return;
        }
        headed = true;
        freeBlock();
        if (answer.isBodiless(method)) {
            body.none();
        } else if (answer.isChunked()) {
            body.chunked();
        } else if (answer.contentLength() >= 0) {
            body.length(answer.contentLength());
        } else {
            body.untilClose();
        }
        repeated = !answer.keepsAlive();
        bodyBytes(connection, at, end);
    }

    private void readBody(UpstreamConnection connection) {
        int n = connection.receive(loop.receiveAt, Loop.RECEIVE_BYTES);
        if (n == -Errno.EAGAIN) {
            return;
        }
        if (n <= 0) {
            if (n == 0 && body.kind() == BodyFraming.Kind.CLOSE) {
                complete(false);
            } else {
                fail();
            }
            return;
        }
        bodyBytes(connection, loop.receiveAt, loop.receiveAt + n);
    }

    private void bodyBytes(UpstreamConnection connection, long at, long end) {
        long to = body.pass(at, end);
        answerBytes += end - at;
        if (to < 0) {
            fail();
        } else if (body.isDone()) {
            complete(!repeated && to == end && !connection.isBlocked());
        } else if (answerBytes > ANSWER_BYTES_MAX) {
            complete(false);
        } else {
            arm(connection);
        }
    }

    private void complete(boolean reusable) {
        UpstreamConnection connection = Objects.requireNonNull(upstream);
        upstream = null;
        if (reusable) {
            connection.release();
        } else {
            connection.discard();
        }
        permit.succeeded();
        end(true);
    }

    private void fail() {
        permit.failed();
        lose();
    }

    /// It is not sent, or comes to nothing.
    void lose() {
        end(false);
    }

    private void end(boolean whole) {
        UpstreamConnection connection = upstream;
        upstream = null;
        if (connection != null) {
            connection.discard();
        }
        freeBlock();
        permit.leave();
        Target used = target;
        target = null;
        if (used != null) {
            used.end();
        }
        mirror().counts().count(whole);
        mirror = null;
        loop.mirrors.give(this);
    }
}

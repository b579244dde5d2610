package sampan.gateway.proxy;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import sampan.gateway.http2.Frame;
import sampan.gateway.http2.HpackEncoder;
import sampan.gateway.wire.BodyFraming;
import sampan.gateway.wire.Field;
import sampan.gateway.wire.Head;
import sampan.gateway.wire.Octets;
import sampan.gateway.wire.Refusal;
import sampan.gateway.wire.RequestHead;
import sampan.gateway.wire.ResponseHead;
import sampan.linux.net.Memory;
import sampan.linux.sys.Errno;

/// Takes a message of HTTP/1.1 apart into frames. It is one that the gateway has checked or written
/// itself; heads come whole.
final class Http2Sender {
    private static final int METHOD_GET = 2;
    private static final int METHOD_POST = 3;
    private static final int METHOD = 2;
    private static final int PATH = 4;
    private static final int SCHEME_HTTP = 6;
    private static final int SCHEME_HTTPS = 7;
    private static final int AUTHORITY = 1;
    private static final byte[] GET = Octets.ascii("GET");
    private static final byte[] POST = Octets.ascii("POST");
    private static final byte[] TE = Octets.ascii("te");
    private static final byte[] TRAILERS = Octets.ascii("trailers");
    private static final long NAME_TE = text(TE);
    private static final long VALUE_TRAILERS = text(TRAILERS);

    private enum State {
        HEAD,
        BYTES,
        SIZE,
        EXTENSION,
        CHUNK,
        CHUNK_END,
        TRAILERS,
        ENDED
    }

    private @Nullable Http2Session session;
    private @Nullable Http2Stream stream;
    private State state = State.HEAD;
    private BodyFraming.Kind kind = BodyFraming.Kind.NONE;
    private boolean headRequest;
    private long remaining;
    private int skip;
    private long trailers;
    private int trailersLength;
    private boolean broken;
    int window;

    private static long text(byte[] bytes) {
        long at = Memory.allocate(bytes.length);
        Memory.copy(bytes, at);
        return at;
    }

    void begin(Http2Session session, Http2Stream stream, int window) {
        this.session = session;
        this.stream = stream;
        this.window = window;
        state = State.HEAD;
        headRequest = false;
        broken = false;
        trailers = 0;
        trailersLength = 0;
    }

    private Http2Session session() {
        return Objects.requireNonNull(session);
    }

    private Http2Stream stream() {
        return Objects.requireNonNull(stream);
    }

    /// The answer to what was asked has no body.
    void answersHead(boolean head) {
        headRequest = head;
    }

    boolean isForHead() {
        return headRequest;
    }

    /// Whether a window or what waits at the socket keeps it from sending.
    boolean isBlocked() {
        if (session().output.isFull()) {
            return true;
        }
        boolean data = state == State.BYTES || state == State.CHUNK;
        return data && (window <= 0 || session().output.window() <= 0);
    }

    int send(long at, int length) {
        int done = 0;
        while (done < length && state != State.ENDED && !broken) {
            int n = step(at + done, length - done);
            if (n == 0) {
                break;
            }
            done += n;
        }
        if (broken) {
            return -Errno.EPIPE;
        }
        return state == State.ENDED ? length : done == 0 ? -Errno.EAGAIN : done;
    }

    private int step(long at, int length) {
        return switch (state) {
            case HEAD -> session().output.isFull() ? 0 : head(at, length);
            case BYTES, CHUNK -> data(at, length);
            case SIZE -> size(at);
            case EXTENSION -> {
                if (Memory.get(at) == '\n') {
                    sized();
                }
                yield 1;
            }
            case CHUNK_END -> {
                if (--skip == 0) {
                    state = State.SIZE;
                }
                yield 1;
            }
            case TRAILERS -> trailer(at);
            case ENDED -> length;
        };
    }

    private int head(long at, int length) {
        int end = Head.findEnd(at, 0, length);
        boolean sent = end > 0 && (session().isClient() ? request(at, end) : response(at, end));
        broken |= !sent;
        return broken ? 0 : end;
    }

    private boolean response(long at, int end) {
        ResponseHead head = stream().loop.http2.response;
        if (head.read(at, 0, end) != Refusal.NONE) {
            return false;
        }
        HpackEncoder encoder = stream().loop.http2.encoder;
        encoder.begin();
        encoder.status(head.status());
        fields(encoder, head);
        if (head.isInterim()) {
            return session().headers(stream(), encoder, false);
        }
        boolean bodiless = headRequest || head.status() == 204 || head.status() == 304;
        begin(head, bodiless, BodyFraming.Kind.CLOSE);
        return session().headers(stream(), encoder, state == State.ENDED);
    }

    private boolean request(long at, int end) {
        RequestHead head = stream().loop.http2.request;
        if (head.read(at, 0, end) != Refusal.NONE) {
            return false;
        }
        HpackEncoder encoder = stream().loop.http2.encoder;
        encoder.begin();
        if (Octets.same(head.methodAt(), head.methodEnd(), GET)) {
            encoder.indexed(METHOD_GET);
        } else if (Octets.same(head.methodAt(), head.methodEnd(), POST)) {
            encoder.indexed(METHOD_POST);
        } else {
            encoder.field(METHOD, head.methodAt(), head.methodEnd());
        }
        encoder.indexed(session().isSecure() ? SCHEME_HTTPS : SCHEME_HTTP);
        if (head.authorityEnd() > head.authorityAt()) {
            encoder.field(AUTHORITY, head.authorityAt(), head.authorityEnd());
        }
        encoder.field(PATH, head.targetAt(), head.targetEnd());
        fields(encoder, head);
        encoder.field(
                NAME_TE,
                NAME_TE + TE.length,
                VALUE_TRAILERS,
                VALUE_TRAILERS + TRAILERS.length,
                false);
        headRequest = head.method() == sampan.gateway.wire.Method.HEAD;
        begin(head, false, BodyFraming.Kind.NONE);
        return session().headers(stream(), encoder, state == State.ENDED);
    }

    private static void fields(HpackEncoder encoder, Head head) {
        for (int i = 0; i < head.count(); i++) {
            int field = head.field(i);
            boolean framing = field == Field.TRANSFER_ENCODING || field == Field.HOST;
            if (!framing && !head.isDropped(i)) {
                boolean secret = field == Field.AUTHORIZATION || field == Field.COOKIE;
                encoder.field(
                        head.lineAt(i), head.nameEnd(i), head.valueAt(i), head.valueEnd(i), secret);
            }
        }
    }

    /// @param otherwise how a body is framed of which the head says nothing
    private void begin(Head head, boolean bodiless, BodyFraming.Kind otherwise) {
        remaining = head.contentLength();
        if (bodiless || !head.isChunked() && remaining == 0) {
            kind = BodyFraming.Kind.NONE;
        } else if (head.isChunked()) {
            kind = BodyFraming.Kind.CHUNKED;
        } else {
            kind = remaining > 0 ? BodyFraming.Kind.LENGTH : otherwise;
        }
        state =
                switch (kind) {
                    case NONE -> State.ENDED;
                    case LENGTH, CLOSE -> State.BYTES;
                    case CHUNKED -> {
                        remaining = 0;
                        yield State.SIZE;
                    }
                };
    }

    private int data(long at, int length) {
        boolean bounded = kind != BodyFraming.Kind.CLOSE;
        int n = Math.min(length, Frame.PAYLOAD_BYTES_MAX);
        n = bounded ? (int) Math.min(n, remaining) : n;
        n = Math.min(n, Math.min(window, session().output.window()));
        if (n <= 0 || session().output.isFull()) {
            return 0;
        }
        boolean last = kind == BodyFraming.Kind.LENGTH && n == remaining;
        if (!session().data(stream(), at, n, last)) {
            broken = true;
            return 0;
        }
        window -= n;
        remaining -= n;
        if (last) {
            state = State.ENDED;
        } else if (kind == BodyFraming.Kind.CHUNKED && remaining == 0) {
            state = State.CHUNK_END;
            skip = 2;
        }
        return n;
    }

    private int size(long at) {
        byte c = Memory.get(at);
        int digit = Octets.hex(c);
        if (digit >= 0) {
            remaining = remaining << 4 | digit;
        } else if (c == '\n') {
            sized();
        } else if (c == ';') {
            state = State.EXTENSION;
        }
        return 1;
    }

    private void sized() {
        state = remaining == 0 ? State.TRAILERS : State.CHUNK;
    }

    /// Collects trailer lines until the blank one.
    private int trailer(long at) {
        byte c = Memory.get(at);
        if (trailers == 0) {
            trailers = stream().loop.buffers.take(Buffers.capacity(BodyFraming.TRAILER_BYTES_MAX));
            trailersLength = 0;
            if (trailers == 0) {
                broken = true;
                return 0;
            }
        }
        Memory.put(trailers + trailersLength++, c);
        if (c == '\n'
                && (trailersLength == 2 || Memory.get(trailers + trailersLength - 3) == '\n')) {
            broken |= !end();
        }
        return 1;
    }

    private boolean end() {
        HpackEncoder encoder = stream().loop.http2.encoder;
        long at = trailers;
        long end = trailers + trailersLength - 2;
        boolean sent;
        if (at == end) {
            sent = session().data(stream(), at, 0, true);
        } else {
            encoder.begin();
            while (at < end) {
                long lineEnd = Octets.lineFeed(at, end);
                long colon = at;
                while (Memory.get(colon) != ':') {
                    colon++;
                }
                long value = colon + 1;
                while (Memory.get(value) == ' ' || Memory.get(value) == '\t') {
                    value++;
                }
                long valueEnd = lineEnd - 1;
                while (valueEnd > value
                        && (Memory.get(valueEnd - 1) == ' ' || Memory.get(valueEnd - 1) == '\t')) {
                    valueEnd--;
                }
                encoder.field(at, colon, Math.min(value, valueEnd), valueEnd, false);
                at = lineEnd + 1;
            }
            sent = session().headers(stream(), encoder, true);
        }
        state = State.ENDED;
        freeTrailers();
        return sent;
    }

    private void freeTrailers() {
        if (trailers != 0) {
            stream().loop.buffers.give(trailers, Buffers.capacity(BodyFraming.TRAILER_BYTES_MAX));
            trailers = 0;
        }
    }

    /// The stream is let go of.
    ///
    /// @param cut whether the peer must not take what it has for the whole
    /// @param received whether all that the peer sends has come
    void end(boolean cut, boolean received) {
        Http2Session current = session();
        if (stream().id() != 0) {
            if (state == State.BYTES && kind == BodyFraming.Kind.CLOSE && !cut) {
                current.data(stream(), 0, 0, true);
                state = State.ENDED;
            }
            if (state != State.ENDED) {
                current.output.reset(
                        stream().id(), current.isClient() ? Frame.CANCEL : Frame.INTERNAL_ERROR);
            } else if (!received && current.isClient()) {
                current.output.reset(stream().id(), Frame.CANCEL);
            } else if (!received) {
                current.leave(stream());
            }
        }
        freeTrailers();
    }
}

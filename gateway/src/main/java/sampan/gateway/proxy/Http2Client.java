package sampan.gateway.proxy;

import org.jspecify.annotations.Nullable;
import sampan.gateway.http2.Frame;
import sampan.gateway.http2.HeadTranslator;
import sampan.gateway.http2.HpackEncoder;
import sampan.linux.sys.Errno;

/// HTTP/2 with a target: each of its streams carries an [UpstreamConnection].
final class Http2Client extends Http2Session {
    private static final int ID_MAX = Integer.MAX_VALUE - 2;

    private final UpstreamCarrier carrier;
    private int nextId;
    private int streamsMax;
    private boolean stands;
    private boolean leaving;

    Http2Client(UpstreamCarrier carrier) {
        super(carrier.loop);
        this.carrier = carrier;
    }

    void start() {
        begin(carrier);
        nextId = 1;
        streamsMax = STREAMS_MAX;
        stands = false;
        leaving = false;
    }

    /// The socket, and TLS where there is any, stand.
    void connected() {
        stands = true;
        output.greet(true);
        for (int i = streams.count() - 1; i >= 0; i--) {
            if (i < streams.count()) {
                streams.get(i).connection().ready();
            }
        }
        check();
    }

    /// Whether another stream can be opened.
    boolean hasRoom() {
        return isOpen() && !leaving && streams.count() < streamsMax && nextId < ID_MAX;
    }

    /// Whether it has carried a stream: its server may close it at any moment.
    boolean isUsed() {
        return nextId > 1;
    }

    void open(UpstreamConnection connection) {
        connection.open(open(connection, 0), !stands);
        loop.timers.set(carrier, Timers.NEVER);
    }

    @Override
    boolean isClient() {
        return true;
    }

    @Override
    boolean isKnown(int id) {
        return (id & 1) == 1 && id < nextId;
    }

    @Override
    void streamsMax(int max) {
        streamsMax = max < 0 ? STREAMS_MAX : Math.min(max, STREAMS_MAX);
    }

    @Override
    boolean headers(Http2Stream stream, HpackEncoder encoder, boolean last) {
        if (stream.id() == 0) {
            streams.number(stream, nextId);
            nextId += 2;
        }
        return super.headers(stream, encoder, last);
    }

    @Override
    HeadTranslator.Kind kind(int id, @Nullable Http2Stream stream) {
        return stream != null && stream.hasHead()
                ? HeadTranslator.Kind.TRAILERS
                : HeadTranslator.Kind.RESPONSE;
    }

    @Override
    void block(int id, @Nullable Http2Stream stream, boolean last) {
        if (stream == null) {
            if (isKnown(id)) {
                spend(1); // we have left it
            } else {
                fail(Frame.PROTOCOL_ERROR);
            }
            return;
        }
        HeadTranslator translator = loop.http2.translator;
        boolean taken = stream.hasHead() ? trailers(stream, last) : head(stream, translator, last);
        if (taken) {
            wake(stream);
        } else {
            refuse(stream, Frame.PROTOCOL_ERROR);
        }
    }

    private boolean trailers(Http2Stream stream, boolean last) {
        long at = loop.http2.translator.trailers();
        return at != 0
                && last
                && !stream.isEnded()
                && stream.trailers(at, loop.http2.translator.end());
    }

    private static boolean head(Http2Stream stream, HeadTranslator translator, boolean last) {
        int status = translator.status();
        boolean interim = status < 200;
        boolean bodiless = interim || stream.sender.isForHead() || status == 204 || status == 304;
        long at = translator.response(last, bodiless);
        if (at == 0 || interim && last || last && !bodiless && translator.contentLength() > 0) {
            return false;
        }
        if (interim) {
            return stream.interim(at, translator.end());
        }
        long declared = bodiless ? 0 : translator.contentLength();
        return stream.head(at, translator.end(), declared, last);
    }

    @Override
    void goingAway(int lastId) {
        leaving = true;
        loop.pool(carrier.target()).forget(carrier);
        for (int i = streams.count() - 1; i >= 0; i--) {
            if (i < streams.count() && streams.get(i).id() > lastId) {
                Http2Stream stream = streams.get(i);
                stream.abandon();
                stream.connection().broken(Errno.ECONNRESET);
            }
        }
        gone();
    }

    @Override
    void gone() {
        if (streams.count() == 0 && isOpen()) {
            // Ended where nobody is in the middle of it.
            boolean now = leaving || loop.isDraining() || carrier.target().isRetired();
            loop.timers.set(carrier, now ? loop.now : loop.now + loop.limits().upstreamIdleNanos());
        }
    }

    /// Ends what cannot go on.
    void check() {
        if (output.isBroken()) {
            lost();
        }
    }

    void expired() {
        if (streams.count() == 0 && isOpen()) {
            fail(Frame.NO_ERROR);
        }
    }

    @Override
    void over(boolean orderly) {
        carrier.over();
    }
}

package sampan.gateway.proxy;

import org.jspecify.annotations.Nullable;
import sampan.gateway.http2.Frame;
import sampan.gateway.http2.HeadTranslator;
import sampan.gateway.wire.Refusal;

/// HTTP/2 with a client: each of its streams is a [ClientConnection].
final class Http2Server extends Http2Session {
    private final ClientConnection client;
    private int lastId;
    private long idleSince;
    private long blockedSince;
    private long partialSince;

    Http2Server(ClientConnection client) {
        super(client.loop);
        this.client = client;
    }

    void start() {
        begin(client);
        lastId = 0;
        idleSince = loop.now;
        blockedSince = 0;
        partialSince = 0;
        output.greet(false);
        arm();
    }

    @Override
    boolean isClient() {
        return false;
    }

    @Override
    int lastId() {
        return lastId;
    }

    @Override
    boolean isKnown(int id) {
        return id <= lastId && (id & 1) == 1;
    }

    @Override
    HeadTranslator.Kind kind(int id, @Nullable Http2Stream stream) {
        return stream == null ? HeadTranslator.Kind.REQUEST : HeadTranslator.Kind.TRAILERS;
    }

    @Override
    void block(int id, @Nullable Http2Stream stream, boolean last) {
        if (stream != null) {
            trailers(stream, last);
        } else if ((id & 1) == 0) {
            fail(Frame.PROTOCOL_ERROR);
        } else if (id <= lastId) {
            // It may have crossed our own end of the stream; but one cannot go on like that.
            if (!budget.spend(loop.now, 1)) {
                fail(Frame.ENHANCE_YOUR_CALM);
            }
        } else {
            lastId = id;
            request(id, last);
        }
    }

    private void trailers(Http2Stream stream, boolean last) {
        HeadTranslator translator = loop.http2.translator;
        long at = translator.trailers();
        if (at == 0 || !last || stream.isEnded() || !stream.trailers(at, translator.end())) {
            refuse(stream, stream.isEnded() ? Frame.STREAM_CLOSED : Frame.PROTOCOL_ERROR);
        } else {
            wake(stream);
        }
    }

    private void request(int id, boolean last) {
        HeadTranslator translator = loop.http2.translator;
        boolean room = streams.count() < STREAMS_MAX && !isClosing() && !loop.isDraining();
        long at = translator.request(last);
        boolean tooLarge = translator.isTooLarge();
        if (!room || at == 0 && !tooLarge) {
            output.reset(id, room ? Frame.PROTOCOL_ERROR : Frame.REFUSED_STREAM);
            if (!budget.spend(loop.now, Http2Budget.RESET_COST)) {
                fail(Frame.ENHANCE_YOUR_CALM);
            }
            return;
        }
        budget.earn(1);
        ClientConnection connection = loop.stream();
        Http2Stream stream = open(connection, id);
        connection.open(stream, false);
        connection.beginStream(client);
        if (tooLarge) {
            connection.refuse(Refusal.HEAD_TOO_LARGE);
            return;
        }
        stream.sender.answersHead(translator.isHead());
        if (stream.head(at, translator.end(), translator.contentLength(), last)) {
            wake(stream);
        } else {
            connection.closeWithReset();
        }
    }

    @Override
    void goingAway(int id) {
        // A client that goes lets its requests end; it opens no more.
    }

    @Override
    void gone() {
        if (streams.count() == 0) {
            idleSince = loop.now;
            if (isOpen() && isClosing()) {
                client.endSession(false);
            } else {
                arm();
            }
        }
    }

    @Override
    void over(boolean orderly) {
        client.endSession(!orderly);
    }

    /// What was read left a frame or a block that is not whole; or did not.
    void read() {
        boolean partial = isPartial();
        partialSince = partial ? partialSince == 0 ? loop.now : partialSince : 0;
        arm();
    }

    /// The gateway is ending.
    void drain() {
        if (isOpen() && !isClosing()) {
            goAway(lastId, Frame.NO_ERROR);
            if (streams.count() == 0) {
                client.endSession(false);
            }
        }
    }

    /// Sets the time at which to look whether the client does its part.
    void arm() {
        if (output.isBroken()) {
            loop.timers.set(client, loop.now); // it ends where nobody is in the middle of it
            return;
        }
        if (!isOpen()) {
            return;
        }
        ProxyLimits limits = loop.limits();
        long at = Long.MAX_VALUE;
        if (partialSince != 0) {
            at = partialSince + limits.headNanos();
        }
        if (client.isBlocked()) {
            blockedSince = blockedSince == 0 ? loop.now : blockedSince;
            at = Math.min(at, blockedSince + limits.stallNanos());
        } else {
            blockedSince = 0;
        }
        if (streams.count() == 0) {
            at = Math.min(at, idleSince + limits.idleNanos());
        }
        loop.timers.set(client, at == Long.MAX_VALUE ? Timers.NEVER : at);
    }

    /// The peer took some of what waited.
    void progressed() {
        blockedSince = 0;
    }

    void expired() {
        ProxyLimits limits = loop.limits();
        if (output.isBroken()
                || blockedSince != 0 && loop.now - blockedSince >= limits.stallNanos()) {
            lost();
        } else if (partialSince != 0 && loop.now - partialSince >= limits.headNanos()) {
            fail(Frame.ENHANCE_YOUR_CALM);
        } else if (streams.count() == 0 && loop.now - idleSince >= limits.idleNanos()) {
            fail(Frame.NO_ERROR);
        } else {
            arm();
        }
    }
}

package sampan.gateway.proxy;

import org.jspecify.annotations.Nullable;
import sampan.gateway.http2.Frame;
import sampan.gateway.http2.HpackEncoder;
import sampan.linux.sys.Errno;

/// HTTP/2 on a connection: frames, windows, streams. What a stream carries is [Http2Stream]'s; who
/// opens them is [Http2Server]'s and [Http2Client]'s.
///
/// What a peer may cost is bounded: streams, the octets of a field block and its frames, what it
/// has not read, what it has sent and nobody has taken, and frames that bring nothing
/// ([Http2Budget]).
abstract class Http2Session extends Http2Input {
    /// Streams at a time.
    static final int STREAMS_MAX = 128;

    /// Octets that the peer may send and nobody has taken, of all streams.
    static final int RECEIVE_WINDOW = 512 << 10;

    private static final int WINDOW_MAX = Integer.MAX_VALUE;

    final Http2Streams streams = new Http2Streams();
    private int streamWindow;
    private int unacknowledged;
    private int receiveWindow;
    private boolean closing;
    private boolean isOver;

    Http2Session(Loop loop) {
        super(loop);
    }

    /// The connection can carry no more; streams have been told.
    abstract void over(boolean orderly);

    /// A stream is gone.
    abstract void gone();

    @Override
    final void begin(Connection carrier) {
        super.begin(carrier);
        streamWindow = Frame.WINDOW;
        receiveWindow = RECEIVE_WINDOW;
        unacknowledged = 0;
        closing = false;
        isOver = false;
        streams.clear();
    }

    // ---- receiving

    @Override
    final void data(int id, long at, int octets, int charged, boolean last) {
        receiveWindow -= charged;
        if (receiveWindow < 0) {
            fail(Frame.FLOW_CONTROL_ERROR);
            return;
        }
        Http2Stream stream = streams.find(id);
        if (octets == 0 && !last || stream == null) {
            spend(1);
        } else if (octets > 0) {
            budget.earn(1);
        }
        if (!isOpen()) {
            return;
        }
        if (stream == null) {
            consumed(charged);
            if (streams.late(id, charged, last)) {
                output.reset(id, Frame.NO_ERROR);
            }
            return;
        }
        consumed(charged - octets);
        data(stream, at, octets, charged, last);
    }

    private void data(Http2Stream stream, long at, int octets, int charged, boolean last) {
        stream.receiveWindow -= charged;
        if (stream.isEnded() || !stream.hasHead()) {
            consumed(octets);
            refuse(stream, stream.isEnded() ? Frame.STREAM_CLOSED : Frame.PROTOCOL_ERROR);
        } else if (stream.receiveWindow < 0) {
            consumed(octets);
            refuse(stream, Frame.FLOW_CONTROL_ERROR);
        } else if (!stream.data(at, octets, last)) {
            consumed(octets);
            refuse(stream, Frame.PROTOCOL_ERROR);
        } else {
            stream.receiveWindow += charged - octets;
            wake(stream);
        }
    }

    /// Has the stream's connection read what has come.
    final void wake(Http2Stream stream) {
        Connection connection = stream.connection();
        if (connection.isReading() && stream.readiness() != 0) {
            connection.dispatch(sampan.linux.poll.Readiness.IN);
        }
    }

    @Override
    final void setting(int name, int value) {
        switch (name) {
            case Frame.SETTING_ENABLE_PUSH -> {
                if (value < 0 || value > 1 || isClient() && value == 1) {
                    fail(Frame.PROTOCOL_ERROR);
                }
            }
            case Frame.SETTING_STREAMS_MAX -> streamsMax(value);
            case Frame.SETTING_WINDOW -> window(value);
            case Frame.SETTING_FRAME_BYTES -> {
                if (value < Frame.PAYLOAD_BYTES_MAX || value > 0xFFFFFF) {
                    fail(Frame.PROTOCOL_ERROR);
                }
            }
            default -> {} // we use no table, push nothing, and heads are bounded anyway
        }
    }

    /// How many streams the peer takes.
    void streamsMax(int max) {}

    private void window(int wanted) {
        if (wanted < 0) {
            fail(Frame.FLOW_CONTROL_ERROR);
            return;
        }
        long change = (long) wanted - streamWindow;
        streamWindow = wanted;
        for (int i = 0; i < streams.count(); i++) {
            Http2Stream stream = streams.get(i);
            long window = stream.sender.window + change;
            if (window > WINDOW_MAX) {
                fail(Frame.FLOW_CONTROL_ERROR);
                return;
            }
            stream.sender.window = (int) window;
        }
        writable();
    }

    @Override
    final void windowUpdate(int id, int more) {
        if (id == 0) {
            if (output.widen(more)) {
                writable();
            } else {
                fail(Frame.FLOW_CONTROL_ERROR);
            }
            return;
        }
        Http2Stream stream = streams.find(id);
        if (stream != null) {
            if (stream.sender.window > WINDOW_MAX - more) {
                refuse(stream, Frame.FLOW_CONTROL_ERROR);
                return;
            }
            stream.sender.window += more;
            loop.later(stream.connection());
        }
    }

    @Override
    final @Nullable Http2Stream find(int id) {
        return streams.find(id);
    }

    @Override
    final void reset(int id, int code) {
        Http2Stream stream = streams.find(id);
        if (stream != null) {
            // What a server has answered in full it may cut the rest of the request for.
            if (stream.isEnded() && code == Frame.NO_ERROR) {
                return;
            }
            stream.abandon();
            stream.connection().broken(Errno.ECONNRESET);
        }
    }

    // ---- streams

    final Http2Stream open(Connection connection, int id) {
        Http2Stream stream = loop.http2.stream();
        stream.begin(this, connection, id, streamWindow);
        streams.add(stream, id);
        return stream;
    }

    final void forget(Http2Stream stream) {
        streams.remove(stream);
        loop.http2.recycle(stream);
        gone();
    }

    /// A stream was answered in full before its request had come: what comes yet is small, or the
    /// peer is told to stop. Some clients take a reset for the loss of the answer.
    final void leave(Http2Stream stream) {
        boolean sends = stream.receiveWindow >= Frame.WINDOW / 2;
        int before = sends ? streams.leave(stream.id()) : stream.id();
        if (before != 0) {
            output.reset(before, Frame.NO_ERROR);
        }
    }

    /// Ends a stream for what its peer has done wrong on it.
    final void refuse(Http2Stream stream, int code) {
        output.reset(stream.id(), code);
        stream.abandon();
        spend(Http2Budget.RESET_COST);
        stream.connection().broken(Errno.EPROTO);
    }

    // ---- sending

    final boolean isSecure() {
        return carrier().tls() != null;
    }

    /// Gives a stream its number where it has none yet: they count up as heads leave.
    boolean headers(Http2Stream stream, HpackEncoder encoder, boolean last) {
        budget.earn(1);
        return output.headers(stream.id(), encoder, last);
    }

    final boolean data(Http2Stream stream, long at, int length, boolean last) {
        budget.earn(1);
        return output.data(stream.id(), at, length, last);
    }

    /// Somebody has taken octets that had come, or they are nobody's.
    final void consumed(int octets) {
        unacknowledged += octets;
        if (unacknowledged >= RECEIVE_WINDOW / 2) {
            receiveWindow += unacknowledged;
            output.windowUpdate(0, unacknowledged);
            unacknowledged = 0;
        }
    }

    /// Streams that had to wait may go on.
    final void writable() {
        for (int i = 0; i < streams.count(); i++) {
            Connection connection = streams.get(i).connection();
            if (connection.isBlocked()) {
                loop.later(connection);
            }
        }
    }

    // ---- the end

    final boolean isClosing() {
        return closing;
    }

    /// Tells the peer that no more streams are taken.
    final void goAway(int lastId, int code) {
        closing = true;
        output.goAway(lastId, code);
    }

    @Override
    final void fail(int code) {
        if (isOpen()) {
            goAway(lastId(), code);
            end(true);
        }
    }

    /// The last stream that was taken of the peer's.
    int lastId() {
        return 0;
    }

    @Override
    final void lost() {
        end(false);
    }

    private void end(boolean orderly) {
        if (isOver) {
            return;
        }
        isOver = true;
        stop();
        while (streams.count() > 0) {
            int before = streams.count();
            Http2Stream stream = streams.get(before - 1);
            stream.abandon();
            stream.connection().broken(Errno.ECONNRESET);
            if (streams.count() == before) {
                stream.connection().closeWithReset();
            }
        }
        over(orderly);
    }
}

package sampan.gateway.proxy;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import sampan.gateway.http2.Frame;
import sampan.gateway.http2.HpackEncoder;
import sampan.linux.net.Memory;

/// The frames that go out on a connection, and how much data the peer takes. They leave together
/// when a batch of events is over.
final class Http2Output {
    /// What waits at the socket before streams must wait too.
    private static final int BYTES_MAX = 80 << 10;

    // More than this can only be answers to a flood.
    private static final int BYTES_LIMIT = 110 << 10;

    private final Loop loop;
    private @Nullable Connection carrier;
    private boolean broken;
    private int window;

    Http2Output(Loop loop) {
        this.loop = loop;
    }

    void begin(Connection carrier) {
        this.carrier = carrier;
        broken = false;
        window = Frame.WINDOW;
    }

    boolean isFull() {
        return broken || Objects.requireNonNull(carrier).waiting() > BYTES_MAX;
    }

    /// Whether the peer does not take what it has us say.
    boolean isBroken() {
        return broken;
    }

    /// Octets of data that the peer takes, of all streams.
    int window() {
        return window;
    }

    /// False where that is more than there may be.
    boolean widen(int more) {
        if (window > Integer.MAX_VALUE - more) {
            return false;
        }
        window += more;
        return true;
    }

    boolean queue(long at, int length) {
        Connection to = Objects.requireNonNull(carrier);
        broken |= to.waiting() > BYTES_LIMIT || !to.queue(at, length);
        return !broken;
    }

    /// Says how we are, and lets the peer send.
    void greet(boolean client) {
        long at = loop.http2.out;
        long p = at;
        if (client) {
            Frame.putPreface(p);
            p += Frame.PREFACE_BYTES;
        }
        long head = p;
        p += Frame.HEAD_BYTES;
        if (client) {
            p = Frame.putSetting(p, Frame.SETTING_ENABLE_PUSH, 0);
        } else {
            p = Frame.putSetting(p, Frame.SETTING_STREAMS_MAX, Http2Session.STREAMS_MAX);
            p = Frame.putSetting(p, Frame.SETTING_HEAD_BYTES, loop.limits().headBytesMax());
        }
        Frame.putHead(head, (int) (p - head) - Frame.HEAD_BYTES, Frame.SETTINGS, 0, 0);
        Frame.putHead(p, 4, Frame.WINDOW_UPDATE, 0, 0);
        Frame.putNumber(p + Frame.HEAD_BYTES, Http2Session.RECEIVE_WINDOW - Frame.WINDOW);
        p += Frame.HEAD_BYTES + 4L;
        queue(at, (int) (p - at));
    }

    /// Sends a field block, in as many frames as it needs.
    boolean headers(int id, HpackEncoder encoder, boolean last) {
        if (encoder.isFull()) {
            return false;
        }
        int length = encoder.length();
        long at = encoder.start();
        int type = Frame.HEADERS;
        int flags = last ? Frame.END_STREAM : 0;
        do {
            int n = Math.min(length, Frame.PAYLOAD_BYTES_MAX);
            length -= n;
            int ends = length == 0 ? Frame.END_HEADERS : 0;
            Frame.putHead(loop.http2.out, n, type, flags | ends, id);
            if (!queue(loop.http2.out, Frame.HEAD_BYTES) || !queue(at, n)) {
                return false;
            }
            at += n;
            type = Frame.CONTINUATION;
            flags = 0;
        } while (length > 0);
        return true;
    }

    boolean data(int id, long at, int length, boolean last) {
        window -= length;
        Frame.putHead(loop.http2.out, length, Frame.DATA, last ? Frame.END_STREAM : 0, id);
        return queue(loop.http2.out, Frame.HEAD_BYTES) && (length == 0 || queue(at, length));
    }

    void reset(int id, int code) {
        number(id, Frame.RST_STREAM, code);
    }

    void windowUpdate(int id, int more) {
        number(id, Frame.WINDOW_UPDATE, more);
    }

    private void number(int id, int type, int number) {
        Frame.putHead(loop.http2.out, 4, type, 0, id);
        Frame.putNumber(loop.http2.out + Frame.HEAD_BYTES, number);
        queue(loop.http2.out, Frame.HEAD_BYTES + 4);
    }

    void acknowledgeSettings() {
        Frame.putHead(loop.http2.out, 0, Frame.SETTINGS, Frame.ACK, 0);
        queue(loop.http2.out, Frame.HEAD_BYTES);
    }

    void acknowledgePing(long payload) {
        Frame.putHead(loop.http2.out, 8, Frame.PING, Frame.ACK, 0);
        Memory.copy(payload, loop.http2.out + Frame.HEAD_BYTES, 8);
        queue(loop.http2.out, Frame.HEAD_BYTES + 8);
    }

    void goAway(int lastId, int code) {
        long at = loop.http2.out;
        Frame.putHead(at, 8, Frame.GOAWAY, 0, 0);
        Frame.putNumber(at + Frame.HEAD_BYTES, lastId);
        Frame.putNumber(at + Frame.HEAD_BYTES + 4, code);
        queue(at, Frame.HEAD_BYTES + 8);
    }
}

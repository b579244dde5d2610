package sampan.gateway.proxy;

import java.util.ArrayList;
import java.util.List;
import sampan.gateway.http2.Frame;
import sampan.gateway.http2.HeadTranslator;
import sampan.gateway.http2.HpackEncoder;
import sampan.gateway.wire.RequestHead;
import sampan.gateway.wire.ResponseHead;
import sampan.linux.net.Memory;

/// What the HTTP/2 connections of a loop share: room to read and write in, and streams to use
/// again.
final class Http2Room {
    /// What one read takes, what was held before it included.
    static final int IN_BYTES = 64 << 10;

    static final int SCRATCH_BYTES = 192 << 10;
    private static final int OUT_BYTES = Frame.PREFACE_BYTES + 1024;
    private static final int HEAD_BYTES_MAX = 48 << 10;

    final long in = Memory.allocate(IN_BYTES + 64L);
    final long out = Memory.allocate(OUT_BYTES);
    final long scratch = Memory.allocate(SCRATCH_BYTES);
    final HeadTranslator translator = new HeadTranslator(HEAD_BYTES_MAX);
    final HpackEncoder encoder = new HpackEncoder(2 * HEAD_BYTES_MAX);
    final RequestHead request = new RequestHead();
    final ResponseHead response = new ResponseHead();

    private final Loop loop;
    private final List<Http2Stream> free = new ArrayList<>();
    private final List<Http2Stream> ended = new ArrayList<>();

    Http2Room(Loop loop) {
        this.loop = loop;
    }

    Http2Stream stream() {
        return free.isEmpty() ? new Http2Stream(loop) : free.removeLast();
    }

    void recycle(Http2Stream stream) {
        ended.add(stream);
    }

    /// A batch of events is over: nobody looks at what has ended in it any more.
    void turn() {
        for (int i = 0; i < ended.size(); i++) {
            free.add(ended.get(i));
        }
        ended.clear();
    }
}

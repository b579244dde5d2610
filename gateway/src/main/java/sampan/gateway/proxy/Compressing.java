package sampan.gateway.proxy;

import org.jspecify.annotations.Nullable;
import sampan.gateway.routes.Compression;
import sampan.gateway.routes.Compression.Coding;
import sampan.gateway.routes.Route;
import sampan.gateway.wire.ChunkSpans;
import sampan.gateway.wire.Field;
import sampan.gateway.wire.Octets;
import sampan.gateway.wire.ResponseHead;
import sampan.linux.net.Memory;

/// Whether one answer is compressed, and its way through an [Encoder]. What comes in one read goes
/// out at once: nobody waits for more of it.
final class Compressing {
    private static final byte[] VARY = Octets.ascii("Vary: Accept-Encoding\r\n");
    private static final byte[] CONTENT_ENCODING = Octets.ascii("Content-Encoding: ");
    private static final byte[] CHUNKED = Octets.ascii("\r\nTransfer-Encoding: chunked\r\n");
    private static final byte[] LINE_END = Octets.ascii("\r\n");
    private static final byte[] LAST_CHUNK = Octets.ascii("0\r\n");
    private static final byte[] WEAK_TAG = Octets.ascii("ETag: W/");
    private static final byte[] TAG = Octets.ascii("etag");
    // What is said of the octets as they were.
    private static final byte[][] OF_OCTETS = {
        Octets.ascii("accept-ranges"),
        Octets.ascii("content-md5"),
        Octets.ascii("content-digest"),
        Octets.ascii("digest"),
        Octets.ascii("repr-digest"),
    };

    private final Loop loop;
    private final ChunkSpans spans = new ChunkSpans();
    private @Nullable Compression rules;
    private Coding coding = Coding.IDENTITY;
    private boolean varies;
    private boolean codes;
    private int tag;
    private @Nullable Encoder encoder;
    private long from;
    private long to;

    Compressing(Loop loop) {
        this.loop = loop;
    }

    /// A request begins, which the loop's head shows.
    void begin(Route route) {
        rules = route.compression();
        coding = rules == null ? Coding.IDENTITY : rules.negotiate(loop.request);
        varies = false;
        codes = false;
    }

    /// Takes an answer's head, and marks those of its lines that go.
    ///
    /// @param body whether one follows
    void head(ResponseHead head, Route route, boolean body) {
        Compression wanted = rules;
        if (wanted == null || !wanted.takes(head)) {
            return;
        }
        varies = true;
        if (coding == Coding.IDENTITY) {
            return;
        }
        if (body) {
            Encoder taken = loop.encoders.take(coding);
            if (taken == null) {
                return;
            }
            encoder = taken;
            taken.begin(wanted.level());
            spans.begin(head.isChunked());
        }
        codes = true;
        route.edits().response().drop(head);
        head.dropAll(Field.CONTENT_LENGTH);
        head.dropAll(Field.TRANSFER_ENCODING);
        for (byte[] name : OF_OCTETS) {
            for (int i = head.find(name, 0); i >= 0; i = head.find(name, i + 1)) {
                head.drop(i);
            }
        }
        tag = head.find(TAG, 0);
        boolean strong = tag >= 0 && !head.isDropped(tag) && Memory.get(head.valueAt(tag)) == '"';
        if (strong) {
            head.drop(tag);
        } else {
            tag = -1;
        }
    }

    /// The lines that tell of it.
    void lines(ResponseHead head) {
        if (varies) {
            loop.writer.put(VARY);
        }
        if (codes) {
            if (tag >= 0) {
                loop.writer.put(WEAK_TAG).put(head.valueAt(tag), head.valueEnd(tag)).put(LINE_END);
            }
            loop.writer.put(CONTENT_ENCODING).put(coding.token());
            loop.writer.put(encoder == null ? LINE_END : CHUNKED);
        }
    }

    /// Whether the body goes through here.
    boolean isOn() {
        return encoder != null;
    }

    /// Codes what came of the body; the outcome is at [#from].
    ///
    /// @param last whether it is complete with that
    void pass(long at, long end, boolean last) {
        Encoder current = java.util.Objects.requireNonNull(encoder);
        long begin = loop.encoders.at();
        long limit = begin + loop.encoders.bytes();
        long out = begin;
        long next = at;
        boolean wasOver = spans.isOver();
        while (next < end) {
            next = spans.next(next, end);
            if (next == end || spans.isOver()) {
                break;
            }
            long span = spans.take(next, end);
            out += current.take(next, (int) (span - next), out, (int) (limit - out));
            next = span;
        }
        boolean over = spans.isOver() || last;
        if (over && !wasOver) {
            out += current.finish(out, (int) (limit - out));
        } else if (!over) {
            out += current.flush(out, (int) (limit - out));
        }
        frame(begin, out);
        if (over && !wasOver) {
            put(LAST_CHUNK);
        }
        if (spans.isOver()) {
            Memory.copy(next, to, end - next); // trailers and the blank line
            to += end - next;
        } else if (last) {
            put(LINE_END);
        }
    }

    /// Makes a chunk of what was written.
    private void frame(long begin, long end) {
        from = begin;
        to = end;
        if (end == begin) {
            return;
        }
        long size = end - begin;
        long p = begin - LINE_END.length;
        Memory.copy(LINE_END, p);
        for (long left = size; left > 0; left >>= 4) {
            int digit = (int) (left & 15);
            Memory.put(--p, (byte) (digit < 10 ? '0' + digit : 'a' + digit - 10));
        }
        from = p;
        put(LINE_END);
    }

    private void put(byte[] bytes) {
        Memory.copy(bytes, to);
        to += bytes.length;
    }

    /// Lays the head that the loop's writer holds in front of the outcome.
    void layHead() {
        from = loop.writer.layBefore(from);
    }

    long from() {
        return from;
    }

    long to() {
        return to;
    }

    /// The answer is over, or nothing will come of it.
    void end() {
        Encoder used = encoder;
        encoder = null;
        if (used != null) {
            loop.encoders.give(used);
        }
    }
}

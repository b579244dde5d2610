package sampan.gateway.proxy;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import sampan.gateway.http2.Frame;
import sampan.gateway.http2.HeadTranslator;
import sampan.gateway.http2.HpackDecoder;
import sampan.linux.net.Memory;
import sampan.linux.sys.Errno;

/// The frames that come in on a connection: each is bounded and well-formed when it is handed on,
/// field blocks are whole and read.
abstract class Http2Input {
    final Loop loop;
    final Http2Budget budget = new Http2Budget();
    final Http2Output output;
    private final Http2Block block;
    private final HpackDecoder decoder;
    private @Nullable Connection carrier;
    private boolean prefaced;
    private boolean settled;
    private boolean failed;

    Http2Input(Loop loop) {
        this.loop = loop;
        output = new Http2Output(loop);
        block = new Http2Block(loop);
        decoder = new HpackDecoder(loop.http2.scratch, Http2Room.SCRATCH_BYTES);
    }

    abstract boolean isClient();

    /// A field block has come whole and was read into the loop's translator.
    abstract void block(int id, @Nullable Http2Stream stream, boolean last);

    /// What the translator is to make of a block.
    abstract HeadTranslator.Kind kind(int id, @Nullable Http2Stream stream);

    /// The peer takes no more streams, or only those up to that one.
    abstract void goingAway(int lastId);

    /// Octets of a body, of which padding is a part that counts.
    ///
    /// @param charged with padding
    abstract void data(int id, long at, int octets, int charged, boolean last);

    abstract void setting(int name, int value);

    abstract void windowUpdate(int id, int more);

    abstract void reset(int id, int code);

    /// Whether the peer may have opened, or we have opened, a stream of that number.
    abstract boolean isKnown(int id);

    abstract @Nullable Http2Stream find(int id);

    /// The peer has broken the protocol.
    abstract void fail(int code);

    /// The connection is dead.
    abstract void lost();

    void begin(Connection carrier) {
        this.carrier = carrier;
        output.begin(carrier);
        prefaced = isClient();
        settled = false;
        failed = false;
        budget.begin(loop.now);
    }

    /// Whether something has come that is not whole.
    final boolean isPartial() {
        return block.stream() != 0 || isOpen() && carrier().heldLength() > 0;
    }

    final boolean isOpen() {
        return carrier != null && !failed && !output.isBroken();
    }

    final Connection carrier() {
        return Objects.requireNonNull(carrier);
    }

    /// Nothing more is taken.
    final void stop() {
        failed = true;
    }

    /// Forgets all; the object may be used for another connection.
    void release() {
        carrier = null;
        long table = decoder.reset();
        if (table != 0) {
            loop.buffers.give(table, HpackDecoder.TABLE_BYTES_MAX);
        }
        block.clear();
    }

    /// Reads what the socket has.
    final void readable() {
        Connection from = carrier();
        long base = loop.http2.in;
        int have = from.heldLength();
        if (have > 0) {
            Memory.copy(from.headAt(), base, have);
            from.freeHeld();
        }
        int n = from.receive(base + have, Http2Room.IN_BYTES - have);
        if (n <= 0 && n != -Errno.EAGAIN) {
            lost();
            return;
        }
        take(base, base + have + Math.max(n, 0));
    }

    /// Takes frames, and keeps what is not whole yet.
    final void take(long from, long end) {
        long at = from;
        if (!prefaced) {
            if (!Frame.isPreface(at, (int) (end - at))) {
                fail(Frame.PROTOCOL_ERROR);
                return;
            }
            prefaced = end - at >= Frame.PREFACE_BYTES;
            at += prefaced ? Frame.PREFACE_BYTES : 0;
        }
        while (prefaced && isOpen() && end - at >= Frame.HEAD_BYTES) {
            int length = Frame.length(at);
            if (length > Frame.PAYLOAD_BYTES_MAX) {
                fail(Frame.FRAME_SIZE_ERROR);
                return;
            }
            if (end - at < Frame.HEAD_BYTES + length) {
                break;
            }
            frame(at, length);
            at += Frame.HEAD_BYTES + (long) length;
        }
        if (isOpen() && end > at && !carrier().hold(at, (int) (end - at))) {
            fail(Frame.INTERNAL_ERROR);
        }
    }

    private void frame(long at, int length) {
        int type = Frame.type(at);
        int flags = Frame.flags(at);
        int id = Frame.stream(at);
        long payload = at + Frame.HEAD_BYTES;
        int open = block.stream();
        if (open != 0 && (type != Frame.CONTINUATION || id != open)
                || !settled && type != Frame.SETTINGS) {
            fail(Frame.PROTOCOL_ERROR);
            return;
        }
        switch (type) {
            case Frame.DATA -> data(id, flags, payload, length);
            case Frame.HEADERS -> headers(id, flags, payload, length);
            case Frame.CONTINUATION -> continuation(id, flags, payload, length);
            case Frame.SETTINGS -> settings(id, flags, payload, length);
            case Frame.WINDOW_UPDATE -> windowUpdate(id, payload, length);
            case Frame.RST_STREAM -> reset(id, payload, length);
            case Frame.PING -> ping(id, flags, payload, length);
            case Frame.GOAWAY -> goAway(id, payload, length);
            case Frame.PRIORITY -> {
                if (id == 0 || length != 5) {
                    fail(id == 0 ? Frame.PROTOCOL_ERROR : Frame.FRAME_SIZE_ERROR);
                } else {
                    spend(1);
                }
            }
            case Frame.PUSH_PROMISE -> fail(Frame.PROTOCOL_ERROR);
            default -> spend(1); // of an extension: ignored (RFC 9113 section 5.5)
        }
    }

    /// A frame that brings nothing: there may not be too many.
    final void spend(int cost) {
        if (!budget.spend(loop.now, cost)) {
            fail(Frame.ENHANCE_YOUR_CALM);
        }
    }

    /// Octets of padding at the end of a payload, -1 where there are more than octets.
    private static int padding(int flags, long payload, int length) {
        if ((flags & Frame.PADDED) == 0) {
            return 0;
        }
        int padding = length == 0 ? 0 : Memory.get(payload) & 0xFF;
        return padding + 1 > length ? -1 : padding;
    }

    private void data(int id, int flags, long payload, int length) {
        int padding = padding(flags, payload, length);
        if (id == 0 || padding < 0 || !isKnown(id)) {
            fail(Frame.PROTOCOL_ERROR);
            return;
        }
        int lead = (flags & Frame.PADDED) == 0 ? 0 : 1;
        boolean last = (flags & Frame.END_STREAM) != 0;
        data(id, payload + lead, length - padding - lead, length, last);
    }

    private void headers(int id, int flags, long payload, int length) {
        int padding = padding(flags, payload, length);
        int lead = (flags & Frame.PADDED) == 0 ? 0 : 1;
        lead += (flags & Frame.PRIORITIZED) == 0 ? 0 : 5;
        if (id == 0 || padding < 0 || padding + lead > length) {
            fail(Frame.PROTOCOL_ERROR);
            return;
        }
        if ((flags & Frame.END_HEADERS) != 0) {
            decode(id, payload + lead, payload + length - padding, flags);
            return;
        }
        block.begin(id, flags);
        append(payload + lead, length - padding - lead);
    }

    private void continuation(int id, int flags, long payload, int length) {
        if (id == 0 || id != block.stream()) {
            fail(Frame.PROTOCOL_ERROR);
        } else if (append(payload, length) && (flags & Frame.END_HEADERS) != 0) {
            long at = block.at();
            long end = block.end();
            block.begin(0, block.flags());
            decode(id, at, end, block.flags());
            block.end(true);
        }
    }

    private boolean append(long at, int length) {
        boolean fits = block.append(at, length);
        if (!fits) {
            fail(Frame.ENHANCE_YOUR_CALM);
        }
        return fits;
    }

    private void decode(int id, long from, long end, int flags) {
        if (decoder.needsTable()) {
            long table = loop.buffers.take(HpackDecoder.TABLE_BYTES_MAX);
            if (table == 0) {
                fail(Frame.INTERNAL_ERROR);
                return;
            }
            decoder.lend(table);
        }
        Http2Stream stream = find(id);
        loop.http2.translator.begin(kind(id, stream), loop.limits().headBytesMax());
        if (!decoder.decode(from, end, loop.http2.translator)) {
            fail(Frame.COMPRESSION_ERROR);
            return;
        }
        block(id, stream, (flags & Frame.END_STREAM) != 0);
    }

    private void settings(int id, int flags, long payload, int length) {
        boolean acknowledges = (flags & Frame.ACK) != 0;
        if (id != 0) {
            fail(Frame.PROTOCOL_ERROR);
        } else if (length % 6 != 0 || acknowledges && length != 0) {
            fail(Frame.FRAME_SIZE_ERROR);
        } else if (!acknowledges) {
            settled = true;
            for (int at = 0; at < length && isOpen(); at += 6) {
                setting(Frame.shortNumber(payload + at), Frame.number(payload + at + 2));
            }
            spend(1 + length / 60);
            if (isOpen()) {
                output.acknowledgeSettings();
            }
        }
    }

    private void windowUpdate(int id, long payload, int length) {
        int more = length == 4 ? Frame.number(payload) & Integer.MAX_VALUE : 0;
        if (length != 4 || more == 0 || id != 0 && !isKnown(id)) {
            fail(length != 4 ? Frame.FRAME_SIZE_ERROR : Frame.PROTOCOL_ERROR);
            return;
        }
        spend(1);
        if (isOpen()) {
            windowUpdate(id, more);
        }
    }

    private void reset(int id, long payload, int length) {
        if (length != 4 || id == 0 || !isKnown(id)) {
            fail(length != 4 ? Frame.FRAME_SIZE_ERROR : Frame.PROTOCOL_ERROR);
            return;
        }
        spend(isClient() ? 1 : Http2Budget.RESET_COST);
        if (isOpen()) {
            reset(id, Frame.number(payload));
        }
    }

    private void ping(int id, int flags, long payload, int length) {
        if (id != 0 || length != 8) {
            fail(id != 0 ? Frame.PROTOCOL_ERROR : Frame.FRAME_SIZE_ERROR);
        } else if ((flags & Frame.ACK) == 0) {
            spend(1);
            if (isOpen()) {
                output.acknowledgePing(payload);
            }
        }
    }

    private void goAway(int id, long payload, int length) {
        if (id != 0 || length < 8) {
            fail(id != 0 ? Frame.PROTOCOL_ERROR : Frame.FRAME_SIZE_ERROR);
            return;
        }
        spend(1);
        goingAway(Frame.number(payload) & Integer.MAX_VALUE);
    }
}

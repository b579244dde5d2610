package sampan.linux.netlink;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Consumer;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

/// One received message. Its body is a view of the receive buffer and is valid only while the
/// callback that got it runs.
///
/// @param type the protocol's message type, or one of the control types
/// @param flags `NLM_F_*`
/// @param sequence of the request it answers
/// @param port the socket on whose behalf it was made; 0 is the kernel
/// @param body what follows the 16-byte header
public record NetlinkMessage(int type, int flags, int sequence, int port, MemorySegment body) {
    static final int TYPE_ERROR = 2;
    static final int TYPE_DONE = 3;
    static final int TYPE_OVERRUN = 4;
    static final int FLAG_MULTI = 2;
    static final int FLAG_DUMP_INTERRUPTED = 0x10;
    static final int FLAG_CAPPED = 0x100;
    static final int FLAG_TLVS = 0x200;
    static final int HEADER = 16;

    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED;

    /// Splits a datagram, checking each length against what is left.
    static void each(MemorySegment datagram, Consumer<NetlinkMessage> action) {
        long at = 0;
        long end = datagram.byteSize();
        while (end - at >= HEADER) {
            long length = Integer.toUnsignedLong(datagram.get(U32, at));
            if (length < HEADER || length > end - at) {
                throw malformed("message of " + length + " bytes in " + (end - at));
            }
            action.accept(
                    new NetlinkMessage(
                            Short.toUnsignedInt(datagram.get(U16, at + 4)),
                            Short.toUnsignedInt(datagram.get(U16, at + 6)),
                            datagram.get(U32, at + 8),
                            datagram.get(U32, at + 12),
                            datagram.asSlice(at + HEADER, length - HEADER)));
            at += (length + 3) & ~3L;
        }
    }

    /// The attributes behind a fixed header of so many bytes.
    public Attributes attributes(int header) {
        need(header);
        return Attributes.of(body.asSlice(header));
    }

    public int u8(long offset) {
        need(offset + 1);
        return Byte.toUnsignedInt(body.get(ValueLayout.JAVA_BYTE, offset));
    }

    public int u16(long offset) {
        need(offset + 2);
        return Short.toUnsignedInt(body.get(U16, offset));
    }

    public int u32(long offset) {
        need(offset + 4);
        return body.get(U32, offset);
    }

    private void need(long bytes) {
        if (bytes > body.byteSize()) {
            throw malformed("body of " + body.byteSize() + " bytes, " + bytes + " expected");
        }
    }

    static SampanException malformed(String what) {
        return new SampanException(ErrorCode.INTERNAL, "malformed netlink answer: " + what);
    }
}

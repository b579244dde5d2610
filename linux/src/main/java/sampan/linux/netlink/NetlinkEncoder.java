package sampan.linux.netlink;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

/// Writes netlink messages one behind the other into a buffer that somebody else owns.
///
/// A message is begun by [#message], filled with its fixed header fields and attributes, and ends
/// where the next one begins or at [#finish]. Numbers are in the byte order of the machine, except
/// where the name says `be`. A message that outgrows the buffer is a [SampanException]; nothing is
/// ever written outside of it.
///
/// Source: netlink(7), linux/netlink.h. One thread at a time.
public final class NetlinkEncoder {
    private static final int HEADER = 16;
    private static final int ALIGN = 4;
    private static final int MAX_DEPTH = 16;
    private static final int MAX_ATTRIBUTE = 0xffff;
    private static final int NESTED = 0x8000;
    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfShort BE16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt BE32 =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong BE64 =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final MemorySegment buffer;
    private final long[] open = new long[MAX_DEPTH];
    private int depth;
    private long position;
    private long start = -1;
    private int sequence;
    private int messages;
    private int acknowledged;

    /// @param buffer where the messages go; its size is the limit of the datagram
    /// @param firstSequence number of the first message, each further one counts on
    public NetlinkEncoder(MemorySegment buffer, int firstSequence) {
        this.buffer = buffer;
        this.sequence = firstSequence;
    }

    /// Begins a message.
    ///
    /// @param type as the protocol defines it
    /// @param flags `NLM_F_*` of linux/netlink.h
    public NetlinkEncoder message(int type, int flags) {
        end();
        start = position;
        reserve(HEADER);
        buffer.set(U16, start + 4, (short) type);
        buffer.set(U16, start + 6, (short) flags);
        buffer.set(U32, start + 8, sequence++);
        buffer.set(U32, start + 12, 0);
        messages++;
        boolean dump = (flags & NetlinkSocket.DUMP) == NetlinkSocket.DUMP;
        if (dump || (flags & NetlinkSocket.ACK) != 0) {
            acknowledged++;
        }
        return this;
    }

    /// Ends the last message and gives the datagram's length in bytes.
    public long finish() {
        end();
        return position;
    }

    /// How many messages were begun.
    public int messages() {
        return messages;
    }

    /// How many answers come for certain: acknowledgements asked for, ends of dumps.
    public int acknowledged() {
        return acknowledged;
    }

    /// The sequence number that the next message would get.
    public int nextSequence() {
        return sequence;
    }

    public NetlinkEncoder rawU8(int value) {
        buffer.set(ValueLayout.JAVA_BYTE, reserve(1), (byte) value);
        return this;
    }

    public NetlinkEncoder rawU16(int value) {
        buffer.set(U16, reserve(2), (short) value);
        return this;
    }

    public NetlinkEncoder rawBe16(int value) {
        buffer.set(BE16, reserve(2), (short) value);
        return this;
    }

    public NetlinkEncoder rawU32(int value) {
        buffer.set(U32, reserve(4), value);
        return this;
    }

    public NetlinkEncoder u8(int type, int value) {
        buffer.set(ValueLayout.JAVA_BYTE, attribute(type, 1), (byte) value);
        return this;
    }

    public NetlinkEncoder u16(int type, int value) {
        buffer.set(U16, attribute(type, 2), (short) value);
        return this;
    }

    public NetlinkEncoder be16(int type, int value) {
        buffer.set(BE16, attribute(type, 2), (short) value);
        return this;
    }

    public NetlinkEncoder u32(int type, int value) {
        buffer.set(U32, attribute(type, 4), value);
        return this;
    }

    public NetlinkEncoder be32(int type, int value) {
        buffer.set(BE32, attribute(type, 4), value);
        return this;
    }

    public NetlinkEncoder u64(int type, long value) {
        buffer.set(U64, attribute(type, 8), value);
        return this;
    }

    public NetlinkEncoder be64(int type, long value) {
        buffer.set(BE64, attribute(type, 8), value);
        return this;
    }

    public NetlinkEncoder bytes(int type, byte... value) {
        long at = attribute(type, value.length);
        MemorySegment.copy(value, 0, buffer, ValueLayout.JAVA_BYTE, at, value.length);
        return this;
    }

    /// A string with its terminating zero, UTF-8.
    public NetlinkEncoder string(int type, String value) {
        byte[] text = value.getBytes(StandardCharsets.UTF_8);
        long at = attribute(type, text.length + 1);
        MemorySegment.copy(text, 0, buffer, ValueLayout.JAVA_BYTE, at, text.length);
        return this;
    }

    /// An attribute without content.
    public NetlinkEncoder flag(int type) {
        attribute(type, 0);
        return this;
    }

    /// Begins an attribute that holds others; ended by [#close].
    public NetlinkEncoder open(int type) {
        if (depth == MAX_DEPTH) {
            throw new IllegalStateException("netlink attributes nested deeper than " + MAX_DEPTH);
        }
        open[depth++] = position;
        attribute(type | NESTED, 0);
        return this;
    }

    public NetlinkEncoder close() {
        if (depth == 0) {
            throw new IllegalStateException("no netlink attribute is open");
        }
        long at = open[--depth];
        long length = position - at;
        if (length > MAX_ATTRIBUTE) {
            throw new SampanException(
                    ErrorCode.INVALID,
                    "netlink attribute of " + length + " bytes exceeds " + MAX_ATTRIBUTE);
        }
        buffer.set(U16, at, (short) length);
        return this;
    }

    private long attribute(int type, int length) {
        long at = reserve(ALIGN + length);
        buffer.set(U16, at, (short) (ALIGN + length));
        buffer.set(U16, at + 2, (short) type);
        pad();
        return at + ALIGN;
    }

    private void end() {
        if (depth != 0) {
            throw new IllegalStateException(depth + " netlink attributes left open");
        }
        if (start >= 0) {
            pad();
            buffer.set(U32, start, (int) (position - start));
            start = -1;
        }
    }

    private void pad() {
        long rest = -position & (ALIGN - 1);
        if (rest > 0) {
            reserve(rest);
        }
    }

    /// Hands out zeroed bytes.
    private long reserve(long length) {
        long at = position;
        if (length > buffer.byteSize() - at) {
            throw new SampanException(
                    ErrorCode.INVALID,
                    "netlink datagram exceeds its limit of " + buffer.byteSize() + " bytes");
        }
        buffer.asSlice(at, length).fill((byte) 0);
        position = at + length;
        return at;
    }
}

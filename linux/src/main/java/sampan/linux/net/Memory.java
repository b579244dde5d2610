package sampan.linux.net;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Native memory by address. Nothing is checked: an address outside of what the caller allocated
/// ends the process. Who computes addresses from foreign bytes bounds them first.
public final class Memory {
    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    private static final ValueLayout.OfLong LITTLE =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final long ALIGNMENT = 64;

    private Memory() {}

    /// Zeroed memory that lives as long as the process.
    public static long allocate(long bytes) {
        return Arena.global().allocate(bytes, ALIGNMENT).address();
    }

    /// Zeroed memory that lives as long as the arena.
    public static long allocate(Arena arena, long bytes) {
        return arena.allocate(bytes, ALIGNMENT).address();
    }

    public static byte get(long address) {
        return ALL.get(ValueLayout.JAVA_BYTE, address);
    }

    public static void put(long address, byte value) {
        ALL.set(ValueLayout.JAVA_BYTE, address, value);
    }

    /// Eight bytes, the first in the lowest bits whatever the machine's order.
    public static long getLong(long address) {
        return ALL.get(LITTLE, address);
    }

    public static void putLong(long address, long value) {
        ALL.set(LITTLE, address, value);
    }

    public static int getInt(long address) {
        return ALL.get(ValueLayout.JAVA_INT_UNALIGNED, address);
    }

    public static void putInt(long address, int value) {
        ALL.set(ValueLayout.JAVA_INT_UNALIGNED, address, value);
    }

    /// Copies as memmove(3) does: the ranges may overlap.
    public static void copy(long from, long to, long length) {
        MemorySegment.copy(ALL, from, ALL, to, length);
    }

    public static void copy(byte[] from, long to) {
        MemorySegment.copy(from, 0, ALL, ValueLayout.JAVA_BYTE, to, from.length);
    }

    public static void copy(long from, byte[] to, int offset, int length) {
        MemorySegment.copy(ALL, ValueLayout.JAVA_BYTE, from, to, offset, length);
    }

    /// A window on that memory, for what takes buffers only.
    public static ByteBuffer buffer(long address, int length) {
        return ALL.asSlice(address, length).asByteBuffer();
    }

    public static byte[] bytes(long address, int length) {
        byte[] bytes = new byte[length];
        copy(address, bytes, 0, length);
        return bytes;
    }
}

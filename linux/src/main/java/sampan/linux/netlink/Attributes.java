package sampan.linux.netlink;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BiConsumer;

/// The attributes of a message or of a nested attribute, by type; of several with one type the last
/// counts ([#each] sees them all). A view of the receive buffer, valid as long as the message.
public final class Attributes {
    private static final int HEADER = 4;
    private static final int TYPE_MASK = 0x3fff;
    private static final ValueLayout.OfShort U16 = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfInt BE32 =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final Map<Integer, MemorySegment> byType;

    private Attributes(Map<Integer, MemorySegment> byType) {
        this.byType = byType;
    }

    /// Parses; a length that leads outside is a [sampan.errors.SampanException].
    public static Attributes of(MemorySegment memory) {
        Map<Integer, MemorySegment> map = new HashMap<>();
        each(memory, map::put);
        return new Attributes(map);
    }

    /// Visits every attribute in order.
    public static void each(MemorySegment memory, BiConsumer<Integer, MemorySegment> action) {
        long at = 0;
        long end = memory.byteSize();
        while (end - at >= HEADER) {
            int length = Short.toUnsignedInt(memory.get(U16, at));
            if (length < HEADER || length > end - at) {
                throw NetlinkMessage.malformed(
                        "attribute of " + length + " bytes in " + (end - at));
            }
            int type = Short.toUnsignedInt(memory.get(U16, at + 2)) & TYPE_MASK;
            action.accept(type, memory.asSlice(at + HEADER, length - HEADER));
            at += (length + 3) & ~3;
        }
    }

    public boolean has(int type) {
        return byType.containsKey(type);
    }

    public Optional<MemorySegment> raw(int type) {
        return Optional.ofNullable(byType.get(type));
    }

    public Optional<Attributes> nested(int type) {
        return raw(type).map(Attributes::of);
    }

    /// The string up to its first zero or its end.
    public Optional<String> string(int type) {
        return bytes(type).map(Attributes::text);
    }

    public Optional<byte[]> bytes(int type) {
        return raw(type).map(m -> m.toArray(ValueLayout.JAVA_BYTE));
    }

    /// A 32-bit number in machine order; empty where absent or shorter.
    public OptionalInt u32(int type) {
        return number(type, U32);
    }

    /// A 32-bit number in network order; empty where absent or shorter.
    public OptionalInt be32(int type) {
        return number(type, BE32);
    }

    private OptionalInt number(int type, ValueLayout.OfInt layout) {
        MemorySegment m = byType.get(type);
        return m == null || m.byteSize() < 4
                ? OptionalInt.empty()
                : OptionalInt.of(m.get(layout, 0));
    }

    private static String text(byte[] bytes) {
        int end = 0;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }
}

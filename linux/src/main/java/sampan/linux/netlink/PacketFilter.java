package sampan.linux.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Programs of the classic packet filter (bpf(4), linux/filter.h) for netlink sockets: what they
/// refuse wakes nobody. The filter reads words in network order, netlink writes them in the host's.
final class PacketFilter {
    /// `struct sock_filter`.
    static final int INSTRUCTION = 8;

    private static final int LOAD_HALF = 0x28;
    private static final int LOAD_WORD = 0x20;
    private static final int JUMP_IF_EQUAL = 0x15;
    private static final int RETURN = 0x06;
    private static final int EVERYTHING = 0x40000;
    private static final int TYPE = 4;
    private static final int INDEX = 20;

    private PacketFilter() {}

    /// Accepts messages of some types, and of one more type those whose index is the given one.
    static byte[] acceptingTypes(int indexedType, int index, int... types) {
        int count = types.length + 6;
        ByteBuffer program =
                ByteBuffer.allocate(count * INSTRUCTION).order(ByteOrder.LITTLE_ENDIAN);
        add(program, LOAD_HALF, 0, 0, TYPE);
        for (int i = 0; i < types.length; i++) {
            add(program, JUMP_IF_EQUAL, count - 3 - i, 0, swapped(types[i]));
        }
        add(program, JUMP_IF_EQUAL, 0, 2, swapped(indexedType));
        add(program, LOAD_WORD, 0, 0, INDEX);
        add(program, JUMP_IF_EQUAL, 1, 0, Integer.reverseBytes(index));
        add(program, RETURN, 0, 0, 0);
        add(program, RETURN, 0, 0, EVERYTHING);
        return program.array();
    }

    private static int swapped(int type) {
        return Short.toUnsignedInt(Short.reverseBytes((short) type));
    }

    private static void add(ByteBuffer program, int code, int whenTrue, int whenFalse, int value) {
        program.putShort((short) code).put((byte) whenTrue).put((byte) whenFalse).putInt(value);
    }
}

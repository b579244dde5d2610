package sampan.gateway.proxy;

import java.lang.foreign.Arena;
import java.util.Arrays;
import sampan.linux.net.Memory;

/// Blocks of native memory for bytes that must wait: a head of which more is to come, what a socket
/// did not take. Bounded; who gets none drops its connection. Freed blocks are kept for the next.
final class Buffers {
    /// The largest block, and what one read takes at most.
    static final int BLOCK_BYTES_MAX = 128 << 10;

    private static final int[] SIZES = {4 << 10, 16 << 10, 64 << 10, BLOCK_BYTES_MAX};

    private final Arena arena = Arena.ofShared();
    private final long bytesMax;
    private long bytes;
    private final long[][] free = new long[SIZES.length][64];
    private final int[] count = new int[SIZES.length];

    Buffers(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /// The size of the block that holds so much, or 0 where none does.
    static int capacity(int length) {
        for (int size : SIZES) {
            if (length <= size) {
                return size;
            }
        }
        return 0;
    }

    private static int kind(int capacity) {
        int kind = 0;
        while (SIZES[kind] != capacity) {
            kind++;
        }
        return kind;
    }

    /// A block of exactly that [#capacity], or 0 where the bound is reached.
    long take(int capacity) {
        int kind = kind(capacity);
        if (count[kind] > 0) {
            return free[kind][--count[kind]];
        }
        if (bytes + capacity > bytesMax) {
            return 0;
        }
        bytes += capacity;
        return Memory.allocate(arena, capacity);
    }

    void give(long block, int capacity) {
        int kind = kind(capacity);
        if (count[kind] == free[kind].length) {
            free[kind] = Arrays.copyOf(free[kind], count[kind] * 2);
        }
        free[kind][count[kind]++] = block;
    }

    /// Bytes in all blocks, taken or kept.
    long bytes() {
        return bytes;
    }

    void close() {
        arena.close();
    }
}

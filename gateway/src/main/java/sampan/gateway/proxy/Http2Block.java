package sampan.gateway.proxy;

import sampan.linux.net.Memory;

/// A field block that comes in several frames.
final class Http2Block {
    private static final int FRAMES_MAX = 16;
    private static final int SLACK_BYTES = 4 << 10;

    private final Loop loop;
    private int stream;
    private int flags;
    private int frames;
    private long at;
    private int capacity;
    private int length;

    Http2Block(Loop loop) {
        this.loop = loop;
    }

    void begin(int stream, int flags) {
        this.stream = stream;
        this.flags = flags;
        frames = 0;
        length = 0;
    }

    /// The stream whose block is not whole, 0 for none.
    int stream() {
        return stream;
    }

    /// Those of the first frame.
    int flags() {
        return flags;
    }

    long at() {
        return at;
    }

    long end() {
        return at + length;
    }

    /// Takes a frame's part; false where there are too many, or too much.
    boolean append(long from, int octets) {
        int wanted = length + octets;
        if (++frames > FRAMES_MAX || wanted > loop.limits().headBytesMax() + SLACK_BYTES) {
            return false;
        }
        if (wanted > capacity) {
            int room = Buffers.capacity(wanted);
            long bigger = loop.buffers.take(room);
            if (bigger == 0) {
                return false;
            }
            Memory.copy(at, bigger, length);
            free();
            at = bigger;
            capacity = room;
        }
        Memory.copy(from, at + length, octets);
        length = wanted;
        return true;
    }

    void end(boolean whole) {
        stream = whole ? 0 : stream;
        free();
    }

    private void free() {
        if (at != 0) {
            loop.buffers.give(at, capacity);
        }
        at = 0;
        capacity = 0;
    }

    /// The connection is over.
    void clear() {
        stream = 0;
        length = 0;
        free();
    }
}

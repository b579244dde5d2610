package sampan.gateway.proxy;

import sampan.linux.net.Memory;

/// A request as it goes to a target, kept so that it can be sent once more.
final class Replay {
    private final Loop loop;
    private long block;
    private int capacity;
    private int length;

    Replay(Loop loop) {
        this.loop = loop;
    }

    /// Keeps a copy; false where there is no room for it.
    boolean keep(long from, int bytes) {
        drop();
        int room = Buffers.capacity(bytes);
        long taken = room == 0 ? 0 : loop.buffers.take(room);
        if (taken == 0) {
            return false;
        }
        Memory.copy(from, taken, bytes);
        block = taken;
        capacity = room;
        length = bytes;
        return true;
    }

    boolean isKept() {
        return block != 0;
    }

    /// The block, which is the caller's from now on.
    long take() {
        long taken = block;
        block = 0;
        return taken;
    }

    /// Where it is, 0 where nothing is kept.
    long at() {
        return block;
    }

    /// A copy for somebody else, with [#capacity] and [#length]; 0 where there is no room.
    long copy() {
        long copied = block == 0 ? 0 : loop.buffers.take(capacity);
        if (copied != 0) {
            Memory.copy(block, copied, length);
        }
        return copied;
    }

    /// Of what was kept last.
    int capacity() {
        return capacity;
    }

    /// Of what was kept last.
    int length() {
        return length;
    }

    void drop() {
        if (block != 0) {
            loop.buffers.give(block, capacity);
            block = 0;
        }
    }
}

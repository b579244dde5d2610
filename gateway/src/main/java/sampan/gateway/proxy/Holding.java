package sampan.gateway.proxy;

import sampan.linux.net.Memory;

/// What a connection keeps of what it received: a head of which more is to come, or bytes that came
/// too early.
abstract class Holding {
    final Loop loop;
    private long held;
    private int heldCapacity;
    private int heldLength;

    Holding(Loop loop) {
        this.loop = loop;
    }

    /// Keeps received bytes for later; they may stand in the held block already.
    final boolean hold(long at, int length) {
        if (at == held && held != 0) {
            heldLength = length;
            return true;
        }
        int capacity = Buffers.capacity(length + 1);
        long block = capacity == 0 ? 0 : loop.buffers.take(capacity);
        if (block == 0) {
            return false;
        }
        Memory.copy(at, block, length);
        freeHeld();
        held = block;
        heldCapacity = capacity;
        heldLength = length;
        return true;
    }

    final int heldLength() {
        return heldLength;
    }

    /// Moves what is held to the loop's buffer and frees its block; returns how much.
    final int unhold() {
        int length = heldLength;
        if (length > 0) {
            Memory.copy(held, loop.receiveAt, length);
        }
        freeHeld();
        return length;
    }

    final void freeHeld() {
        if (held != 0) {
            loop.buffers.give(held, heldCapacity);
        }
        held = 0;
        heldCapacity = 0;
        heldLength = 0;
    }

    /// Where the next bytes of a head go: behind what is held, or into the loop's buffer.
    final long headAt() {
        return held != 0 ? held : loop.receiveAt;
    }

    /// Room at [#headAt], what is held included; grown where it is full.
    final int headRoom() {
        if (held == 0) {
            return Loop.RECEIVE_BYTES;
        }
        if (heldLength == heldCapacity) {
            int capacity = Buffers.capacity(heldCapacity + 1);
            long block = capacity == 0 ? 0 : loop.buffers.take(capacity);
            if (block == 0) {
                return heldLength;
            }
            int length = heldLength;
            Memory.copy(held, block, length);
            freeHeld();
            held = block;
            heldCapacity = capacity;
            heldLength = length;
        }
        return Math.min(heldCapacity, Loop.RECEIVE_BYTES);
    }
}

package sampan.gateway.proxy;

import sampan.gateway.routes.FieldEdits;
import sampan.gateway.wire.Head;
import sampan.gateway.wire.Octets;
import sampan.linux.net.Memory;

/// Composes a head in memory of its own, then lays it in front of the body.
final class HeadWriter {
    private static final int BYTES_MAX = 128 << 10;

    private final long area = Memory.allocate(BYTES_MAX);
    private long at = area;

    void begin() {
        at = area;
    }

    long start() {
        return area;
    }

    int length() {
        return (int) (at - area);
    }

    // All that is written here is bounded by the limits of heads and edits; that is checked, for a
    // mistake there would be one in foreign memory here.
    private void reserve(long length) {
        if (at + length > area + BYTES_MAX) {
            throw new IllegalStateException("a head of over " + BYTES_MAX + " bytes");
        }
    }

    HeadWriter put(long from, long to) {
        long length = to - from;
        reserve(length);
        Memory.copy(from, at, length);
        at += length;
        return this;
    }

    HeadWriter put(byte[] bytes) {
        return put(bytes, bytes.length);
    }

    HeadWriter put(byte[] bytes, int length) {
        reserve(bytes.length);
        Memory.copy(bytes, at);
        at += length;
        return this;
    }

    HeadWriter put(char c) {
        reserve(1);
        Memory.put(at++, (byte) c);
        return this;
    }

    HeadWriter decimal(long value) {
        reserve(20);
        at = Octets.decimal(value, at);
        return this;
    }

    /// The field lines that are not dropped.
    HeadWriter kept(Head head) {
        int count = head.count();
        long from = 0;
        long to = 0;
        for (int i = 0; i < count; i++) {
            if (head.isDropped(i)) {
                continue;
            }
            long line = head.lineAt(i);
            if (line != to) {
                if (to > from) {
                    put(from, to);
                }
                from = line;
            }
            to = head.lineEnd(i);
        }
        if (to > from) {
            put(from, to);
        }
        return this;
    }

    HeadWriter added(FieldEdits edits) {
        return edits.addedLength() == 0
                ? this
                : put(edits.added(), edits.added() + edits.addedLength());
    }

    /// Copies the head so that it ends where the body begins; returns where it starts.
    long layBefore(long body) {
        long start = body - length();
        Memory.copy(area, start, length());
        return start;
    }
}

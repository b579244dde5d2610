package sampan.gateway.http2;

import sampan.gateway.wire.Octets;
import sampan.linux.net.Memory;

/// Writes field blocks that need no table: names by the static one where they stand there, values
/// as they are. Larger than need be, but nothing is remembered and nothing searched for.
public final class HpackEncoder {
    private static final int NEVER_INDEXED = 0x10;

    private final long area;
    private final int bytesMax;
    private long at;
    private boolean full;

    public HpackEncoder(int bytesMax) {
        this.bytesMax = bytesMax;
        area = Memory.allocate(bytesMax);
        at = area;
    }

    public void begin() {
        at = area;
        full = false;
    }

    public long start() {
        return area;
    }

    public int length() {
        return (int) (at - area);
    }

    /// Whether something did not fit; the block is useless then.
    public boolean isFull() {
        return full;
    }

    private boolean reserve(long bytes) {
        full |= at + bytes > area + bytesMax;
        return !full;
    }

    private void number(int first, int bits, int value) {
        int mask = (1 << bits) - 1;
        if (value < mask) {
            Memory.put(at++, (byte) (first | value));
            return;
        }
        Memory.put(at++, (byte) (first | mask));
        int rest = value - mask;
        while (rest >= 0x80) {
            Memory.put(at++, (byte) (rest & 0x7F | 0x80));
            rest >>>= 7;
        }
        Memory.put(at++, (byte) rest);
    }

    /// A field that stands in the static table, name and value.
    public void indexed(int index) {
        if (reserve(1)) {
            Memory.put(at++, (byte) (0x80 | index));
        }
    }

    public void status(int status) {
        int index =
                switch (status) {
                    case 200 -> 8;
                    case 204 -> 9;
                    case 206 -> 10;
                    case 304 -> 11;
                    case 400 -> 12;
                    case 404 -> 13;
                    case 500 -> 14;
                    default -> 0;
                };
        if (index != 0) {
            indexed(index);
        } else if (reserve(8)) {
            number(0, 4, 8);
            Memory.put(at++, (byte) 3);
            at = Octets.decimal(status, at);
        }
    }

    /// A value for a name of the static table.
    public void field(int index, long value, long valueEnd) {
        if (reserve(valueEnd - value + 16)) {
            number(0, 4, index);
            string(value, valueEnd);
        }
    }

    /// A field by its name in any case; it goes out in lower case.
    ///
    /// @param secret whether nobody on the way may keep it
    public void field(long name, long nameEnd, long value, long valueEnd, boolean secret) {
        if (!reserve(nameEnd - name + valueEnd - value + 16)) {
            return;
        }
        int index = StaticTable.find(name, (int) (nameEnd - name));
        number(secret ? NEVER_INDEXED : 0, 4, index);
        if (index == 0) {
            number(0, 7, (int) (nameEnd - name));
            for (long i = name; i < nameEnd; i++) {
                Memory.put(at++, Octets.lower(Memory.get(i)));
            }
        }
        string(value, valueEnd);
    }

    private void string(long from, long to) {
        number(0, 7, (int) (to - from));
        Memory.copy(from, at, to - from);
        at += to - from;
    }
}

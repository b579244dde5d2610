package sampan.gateway.http2;

import sampan.linux.net.Memory;

/// Reads the field blocks of one connection, in their order. The table of what was sent before is
/// kept in a block of [#TABLE_BYTES_MAX] that the caller lends.
public final class HpackDecoder {
    /// What the table holds at most, as RFC 7541 section 4.1 counts; the default of HTTP/2.
    public static final int TABLE_BYTES_MAX = 4096;

    private static final int ENTRY_BYTES = 32;
    private static final int ENTRIES_MAX = TABLE_BYTES_MAX / ENTRY_BYTES;
    private static final int INTEGER_SHIFT_MAX = 21;

    private final long scratch;
    private final int scratchBytes;
    private long table;
    // Entries stand behind each other; the oldest is first. Both are counted round.
    private final int[] at = new int[ENTRIES_MAX];
    private final int[] nameLengths = new int[ENTRIES_MAX];
    private final int[] valueLengths = new int[ENTRIES_MAX];
    private int oldest;
    private int count;
    private int size;
    private int sizeMax = TABLE_BYTES_MAX;
    private int end;

    // Where a string or number was read to, and what it is.
    private long position;
    private long text;
    private int length;
    private long scratchAt;

    /// @param scratch room for strings while they are read; may be shared by all of a thread
    /// @param scratchBytes at least 16/5 of the longest block, and a table
    public HpackDecoder(long scratch, int scratchBytes) {
        this.scratch = scratch;
        this.scratchBytes = scratchBytes;
    }

    /// Another connection begins; the block of the one before is the caller's again.
    ///
    /// @return that block, 0 for none
    public long reset() {
        long lent = table;
        table = 0;
        oldest = 0;
        count = 0;
        size = 0;
        end = 0;
        sizeMax = TABLE_BYTES_MAX;
        return lent;
    }

    /// Whether [#lend] must come before the next block: there may be something to keep.
    public boolean needsTable() {
        return table == 0;
    }

    public void lend(long block) {
        table = block;
    }

    /// Reads a whole block.
    ///
    /// @return whether it is one; otherwise the connection cannot go on
    public boolean decode(long from, long to, FieldSink sink) {
        position = from;
        boolean begun = false;
        while (position < to) {
            scratchAt = scratch;
            int first = Memory.get(position) & 0xFF;
            if ((first & 0xE0) == 0x20) {
                int wanted = number(5, to);
                if (begun || wanted < 0 || wanted > TABLE_BYTES_MAX) {
                    return false;
                }
                sizeMax = wanted;
                evict(0);
                continue;
            }
            begun = true;
            boolean read = first >= 0x80 ? indexed(to, sink) : literal(first, to, sink);
            if (!read) {
                return false;
            }
        }
        return true;
    }

    private boolean indexed(long to, FieldSink sink) {
        int index = number(7, to);
        if (index <= 0 || index > StaticTable.SIZE + count) {
            return false;
        }
        if (index <= StaticTable.SIZE) {
            sink.field(
                    StaticTable.name(index),
                    StaticTable.nameLength(index),
                    StaticTable.value(index),
                    StaticTable.valueLength(index));
            return true;
        }
        int entry = entry(index);
        long name = table + at[entry];
        sink.field(name, nameLengths[entry], name + nameLengths[entry], valueLengths[entry]);
        return true;
    }

    private int entry(int index) {
        return (oldest + count - (index - StaticTable.SIZE)) % ENTRIES_MAX;
    }

    private boolean literal(int first, long to, FieldSink sink) {
        boolean keeps = (first & 0xC0) == 0x40;
        int index = number(keeps ? 6 : 4, to);
        if (index < 0 || index > StaticTable.SIZE + count) {
            return false;
        }
        long name;
        int nameLength;
        if (index == 0) {
            if (!string(to)) {
                return false;
            }
            name = text;
            nameLength = length;
        } else if (index <= StaticTable.SIZE) {
            name = StaticTable.name(index);
            nameLength = StaticTable.nameLength(index);
        } else {
            int entry = entry(index);
            name = table + at[entry];
            nameLength = nameLengths[entry];
        }
        if (!string(to)) {
            return false;
        }
        sink.field(name, nameLength, text, length);
        if (keeps) {
            keep(name, nameLength, text, length);
        }
        return true;
    }

    private void keep(long name, int nameLength, long value, int valueLength) {
        int bytes = nameLength + valueLength;
        // The name may stand in an entry that goes for this one, or be moved.
        long from = name;
        if (name >= table && name < table + TABLE_BYTES_MAX) {
            if (nameLength > TABLE_BYTES_MAX) {
                return;
            }
            from = scratch + scratchBytes - TABLE_BYTES_MAX;
            Memory.copy(name, from, nameLength);
        }
        evict(bytes + ENTRY_BYTES);
        if (bytes + ENTRY_BYTES > sizeMax) {
            return;
        }
        if (end + bytes > TABLE_BYTES_MAX) {
            compact();
        }
        int slot = (oldest + count) % ENTRIES_MAX;
        at[slot] = end;
        nameLengths[slot] = nameLength;
        valueLengths[slot] = valueLength;
        Memory.copy(from, table + end, nameLength);
        Memory.copy(value, table + end + nameLength, valueLength);
        end += bytes;
        count++;
        size += bytes + ENTRY_BYTES;
    }

    private void evict(int room) {
        while (count > 0 && size + room > sizeMax) {
            size -= nameLengths[oldest] + valueLengths[oldest] + ENTRY_BYTES;
            oldest = (oldest + 1) % ENTRIES_MAX;
            count--;
        }
        if (count == 0) {
            end = 0;
        }
    }

    private void compact() {
        int from = count == 0 ? end : at[oldest];
        Memory.copy(table + from, table, end - from);
        for (int i = 0; i < count; i++) {
            at[(oldest + i) % ENTRIES_MAX] -= from;
        }
        end -= from;
    }

    /// RFC 7541 section 5.1; -1 where it is cut or larger than anything here may be.
    private int number(int bits, long to) {
        int mask = (1 << bits) - 1;
        int value = Memory.get(position++) & mask;
        if (value < mask) {
            return value;
        }
        for (int shift = 0; shift <= INTEGER_SHIFT_MAX; shift += 7) {
            if (position >= to) {
                return -1;
            }
            int c = Memory.get(position++) & 0xFF;
            value += (c & 0x7F) << shift;
            if (c < 0x80) {
                return value;
            }
        }
        return -1;
    }

    private boolean string(long to) {
        if (position >= to) {
            return false;
        }
        boolean coded = Memory.get(position) < 0;
        int bytes = number(7, to);
        if (bytes < 0 || bytes > to - position) {
            return false;
        }
        text = position;
        length = bytes;
        position += bytes;
        if (coded) {
            long room = scratch + scratchBytes - TABLE_BYTES_MAX - scratchAt;
            long out = bytes * 8L / 5 > room ? -1 : Huffman.decode(text, position, scratchAt);
            if (out < 0) {
                return false;
            }
            text = scratchAt;
            length = (int) (out - scratchAt);
            scratchAt = out;
        }
        return true;
    }
}

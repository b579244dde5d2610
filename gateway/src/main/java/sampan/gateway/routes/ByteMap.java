package sampan.gateway.routes;

import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import sampan.gateway.wire.Octets;
import sampan.linux.net.Memory;

/// An immutable map from octets, asked with an address and allocating nothing. Its hash can be
/// summed up octet by octet, so that all prefixes of a path are hashed in one pass.
final class ByteMap<V> {
    private static final int SPARSE = 2;

    private final byte[][] keys;
    private final Object[] values;
    private final int mask;
    private final int size;

    ByteMap(Map<String, ? extends V> entries) {
        this(entries, Function.identity());
    }

    <E> ByteMap(Map<String, E> entries, Function<? super E, ? extends V> value) {
        int capacity = Integer.highestOneBit(Math.max(1, entries.size() * SPARSE)) * 2;
        keys = new byte[capacity][];
        values = new Object[capacity];
        mask = capacity - 1;
        size = entries.size();
        entries.forEach((key, entry) -> {
            byte[] bytes = Octets.ascii(key);
            int h = 0;
            for (byte b : bytes) {
                h = step(h, b);
            }
            int at = index(h);
            while (values[at] != null) {
                at = at + 1 & mask;
            }
            keys[at] = bytes;
            values[at] = value.apply(entry);
        });
    }

    static int step(int hash, byte b) {
        return hash * 31 + b;
    }

    private int index(int hash) {
        int h = hash * 0x9E3779B9;
        return (h ^ h >>> 16) & mask;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /// @param hash of the octets by [#step]
    @SuppressWarnings("unchecked")
    @Nullable V get(long from, long to, int hash) {
        for (int at = index(hash); ; at = at + 1 & mask) {
            Object value = values[at];
            if (value == null) {
                return null;
            }
            if (Octets.same(from, to, keys[at])) {
                return (V) value;
            }
        }
    }

    @Nullable V get(long from, long to) {
        int h = 0;
        for (long at = from; at < to; at++) {
            h = step(h, Memory.get(at));
        }
        return get(from, to, h);
    }
}

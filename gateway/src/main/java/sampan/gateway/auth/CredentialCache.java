package sampan.gateway.auth;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import sampan.gateway.limits.RateLimit;
import sampan.gateway.wire.Octets;
import sampan.linux.net.Memory;

/// What credentials have proven, by their exact octets: they are compared, a hash only finds them.
/// Bounded: [#ENTRIES_MAX] in sets of eight, the one nearest to its end gives way. A hit allocates
/// nothing.
final class CredentialCache {
    /// Credentials that are remembered.
    static final int ENTRIES_MAX = 4096;

    /// Longer credentials are proven each time.
    static final int BYTES_MAX = 4 << 10;

    private static final int WAYS = 8;
    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

    /// @param untilNanos of `System.nanoTime()`
    /// @param epoch of the keys that proved it
    private record Entry(
            byte[] octets, long hash, long untilNanos, int epoch, Verdict.Proven proven) {}

    private final AtomicReferenceArray<@Nullable Entry> entries =
            new AtomicReferenceArray<>(ENTRIES_MAX);
    private final long secret = ThreadLocalRandom.current().nextLong();

    private long hash(long from, long to) {
        long h = secret ^ (to - from);
        long at = from;
        for (; at + 8 <= to; at += 8) {
            h = (h ^ Memory.getLong(at)) * 0x9E3779B97F4A7C15L;
            h ^= h >>> 29;
        }
        for (; at < to; at++) {
            h = (h ^ Memory.get(at)) * 0x9E3779B97F4A7C15L;
        }
        return RateLimit.mix(h);
    }

    // The same for octets of the heap.
    private long hash(byte[] octets) {
        long h = secret ^ octets.length;
        int at = 0;
        for (; at + 8 <= octets.length; at += 8) {
            h = (h ^ (long) LONGS.get(octets, at)) * 0x9E3779B97F4A7C15L;
            h ^= h >>> 29;
        }
        for (; at < octets.length; at++) {
            h = (h ^ octets[at]) * 0x9E3779B97F4A7C15L;
        }
        return RateLimit.mix(h);
    }

    private static boolean same(byte[] octets, long from, long to) {
        if (to - from != octets.length) {
            return false;
        }
        // Looks at all of them, so that the time it takes tells nothing.
        long difference = 0;
        int i = 0;
        for (; i + 8 <= octets.length; i += 8) {
            difference |= (long) LONGS.get(octets, i) ^ Memory.getLong(from + i);
        }
        for (; i < octets.length; i++) {
            difference |= octets[i] ^ Memory.get(from + i);
        }
        return difference == 0;
    }

    private static int set(long hash) {
        return (int) (hash >>> 32) & ENTRIES_MAX / WAYS - 1;
    }

    /// What those octets have proven, while that holds.
    Verdict.@Nullable Proven get(long from, long to, long now, int epoch) {
        long hash = hash(from, to);
        int first = set(hash) * WAYS;
        for (int i = first; i < first + WAYS; i++) {
            Entry entry = entries.get(i);
            if (entry != null && entry.hash == hash && same(entry.octets, from, to)) {
                if (entry.untilNanos - now > 0 && entry.epoch == epoch) {
                    return entry.proven;
                }
                entries.compareAndSet(i, entry, null);
            }
        }
        return null;
    }

    /// @param text ASCII
    void put(String text, long until, int epoch, Verdict.Proven proven) {
        byte[] octets = Octets.ascii(text);
        if (octets.length > BYTES_MAX) {
            return;
        }
        long hash = hash(octets);
        int first = set(hash) * WAYS;
        int victim = first;
        long least = Long.MAX_VALUE;
        for (int i = first; i < first + WAYS; i++) {
            Entry entry = entries.get(i);
            if (entry == null || entry.epoch != epoch) {
                victim = i;
                break;
            }
            long left = entry.untilNanos - until;
            if (left < least) {
                least = left;
                victim = i;
            }
        }
        entries.set(victim, new Entry(octets, hash, until, epoch, proven));
    }
}

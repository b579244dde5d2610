package sampan.gateway.proxy;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The streams of a connection by their numbers, and those that were answered before all of their
/// request had come: what is still on its way for them is thrown away.
final class Http2Streams {
    private static final int LEFT_MAX = 32;
    private static final int LEFT_BYTES_MAX = 16 << 10;

    private final int[] ids = new int[Http2Session.STREAMS_MAX];
    private final @Nullable Http2Stream[] streams = new @Nullable Http2Stream[ids.length];
    private int count;
    private final int[] left = new int[LEFT_MAX];
    private final int[] leftBytes = new int[LEFT_MAX];
    private int leftNext;

    void clear() {
        count = 0;
        java.util.Arrays.fill(left, 0);
    }

    int count() {
        return count;
    }

    Http2Stream get(int i) {
        return Objects.requireNonNull(streams[i]);
    }

    @Nullable Http2Stream find(int id) {
        for (int i = count - 1; i >= 0; i--) {
            if (ids[i] == id) {
                return streams[i];
            }
        }
        return null;
    }

    void add(Http2Stream stream, int id) {
        ids[count] = id;
        streams[count++] = stream;
    }

    /// A stream gets its number.
    void number(Http2Stream stream, int id) {
        stream.id(id);
        for (int i = 0; i < count; i++) {
            if (streams[i] == stream) {
                ids[i] = id;
            }
        }
    }

    void remove(Http2Stream stream) {
        for (int i = 0; i < count; i++) {
            if (streams[i] == stream) {
                count--;
                streams[i] = streams[count];
                ids[i] = ids[count];
                streams[count] = null;
                return;
            }
        }
    }

    /// A stream has been answered in full; more of its request may come.
    ///
    /// @return one that has been waited for long enough, 0 for none
    int leave(int id) {
        int before = left[leftNext];
        left[leftNext] = id;
        leftBytes[leftNext] = 0;
        leftNext = (leftNext + 1) % LEFT_MAX;
        return before;
    }

    /// Octets have come for a stream that is none any more.
    ///
    /// @return whether it is time to tell the peer to stop
    boolean late(int id, int octets, boolean last) {
        for (int i = 0; i < LEFT_MAX; i++) {
            if (left[i] == id) {
                leftBytes[i] += octets;
                boolean tooMany = leftBytes[i] > LEFT_BYTES_MAX;
                if (tooMany || last) {
                    left[i] = 0;
                }
                return tooMany && !last;
            }
        }
        return false;
    }
}

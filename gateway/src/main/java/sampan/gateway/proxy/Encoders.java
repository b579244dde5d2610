package sampan.gateway.proxy;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import sampan.gateway.routes.Compression.Coding;
import sampan.linux.net.Memory;

/// A loop's encoders, and the room for what they write. Bounded: where all are in use an answer
/// stays as it is.
final class Encoders {
    /// Most answers that are compressed at a time.
    static final int ENCODERS_MAX = 128;

    // A head is laid in front of the first piece.
    private static final int HEADROOM_BYTES = 128 << 10;
    private static final int ROOM_BYTES = Loop.RECEIVE_BYTES + Encoder.GROWTH_BYTES_MAX;
    private static final int SLACK_BYTES = 16 << 10;

    private final List<GzipEncoder> gzip = new ArrayList<>();
    private final List<ZstdPieces> zstd = new ArrayList<>();
    private int used;
    private long room;

    /// Where a piece is written, with room in front for a head.
    long at() {
        if (room == 0) {
            room = Memory.allocate(HEADROOM_BYTES + ROOM_BYTES + SLACK_BYTES);
        }
        return room + HEADROOM_BYTES;
    }

    int bytes() {
        return ROOM_BYTES;
    }

    /// One for that coding, null where there is none left.
    @Nullable Encoder take(Coding coding) {
        if (used == ENCODERS_MAX) {
            return null;
        }
        used++;
        return switch (coding) {
            case IDENTITY -> throw new IllegalArgumentException("nothing to encode");
            case GZIP -> gzip.isEmpty() ? new GzipEncoder() : gzip.removeLast();
            case ZSTD -> zstd.isEmpty() ? new ZstdPieces() : zstd.removeLast();
        };
    }

    void give(Encoder encoder) {
        used--;
        switch (encoder) {
            case GzipEncoder each -> gzip.add(each);
            case ZstdPieces each -> zstd.add(each);
        }
    }
}

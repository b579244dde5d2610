package sampan.gateway.proxy;

import sampan.linux.zstd.ZstdEncoder;

/// RFC 8878, by libzstd.
final class ZstdPieces implements Encoder {
    private final ZstdEncoder encoder = new ZstdEncoder();

    @Override
    public void begin(int level) {
        encoder.reset();
    }

    @Override
    public int take(long at, int length, long to, int room) {
        return encoder.encode(at, length, to, room, ZstdEncoder.CONTINUE);
    }

    @Override
    public int flush(long to, int room) {
        return encoder.encode(to, 0, to, room, ZstdEncoder.FLUSH);
    }

    @Override
    public int finish(long to, int room) {
        return encoder.encode(to, 0, to, room, ZstdEncoder.END);
    }
}

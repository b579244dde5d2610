package sampan.gateway.proxy;

import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import sampan.gateway.wire.Octets;
import sampan.linux.net.Memory;

/// RFC 1952, by the JDK's zlib: a quarter of a MiB of native memory each, freed with the object.
final class GzipEncoder implements Encoder {
    private static final byte[] HEAD =
            Octets.ascii("\u001f\u008b\b\0\0\0\0\0\0\u00ff"); // no time, no name, any system

    private static final byte[] NONE = new byte[1];

    private final Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
    private int level = Deflater.DEFAULT_COMPRESSION;
    private final CRC32 sum = new CRC32();
    private int size;
    private boolean headed;

    @Override
    public void begin(int level) {
        deflater.reset();
        if (level != this.level) {
            this.level = level;
            deflater.setLevel(level);
            // The call after a change of the level makes that change and takes no content.
            int _ = deflater.deflate(NONE);
        }
        sum.reset();
        size = 0;
        headed = false;
    }

    @Override
    public int take(long at, int length, long to, int room) {
        int head = head(to);
        ByteBuffer in = Memory.buffer(at, length);
        sum.update(in);
        size += length;
        deflater.setInput(in.rewind());
        return head + run(to + head, room - head, Deflater.NO_FLUSH);
    }

    private int head(long to) {
        if (headed) {
            return 0;
        }
        headed = true;
        Memory.copy(HEAD, to);
        return HEAD.length;
    }

    private int run(long to, int room, int flush) {
        ByteBuffer out = Memory.buffer(to, room);
        int last = 1;
        while ((last > 0 || !deflater.needsInput()) && out.hasRemaining() && !deflater.finished()) {
            last = deflater.deflate(out, flush);
        }
        if (!out.hasRemaining()) {
            throw new IllegalStateException("no room for what " + size + " bytes become");
        }
        return out.position();
    }

    @Override
    public int flush(long to, int room) {
        int head = head(to);
        return head + run(to + head, room - head, Deflater.SYNC_FLUSH);
    }

    @Override
    public int finish(long to, int room) {
        int written = head(to);
        deflater.finish();
        written += run(to + written, room - written, Deflater.NO_FLUSH);
        Memory.putLong(to + written, sum.getValue() | (long) size << Integer.SIZE);
        return written + Long.BYTES;
    }
}

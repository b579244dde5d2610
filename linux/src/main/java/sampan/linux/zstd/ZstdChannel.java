package sampan.linux.zstd;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import sampan.errors.SampanException;

/// Decompresses zstd: all frames one after the other, skippable ones included. A window of more
/// than 128 MiB is refused, so that no stream takes more memory than that. Closing it closes the
/// source. One thread at a time.
public final class ZstdChannel implements ReadableByteChannel {
    private static final int INPUT_BYTES = 128 << 10;
    private static final int OUTPUT_BYTES = 128 << 10;
    private static final long BUFFER_STRUCT_BYTES = 24;
    private static final long SIZE = 8;
    private static final long POSITION = 16;

    private final ReadableByteChannel source;
    private final Arena arena = Arena.ofShared();
    private final LibZstd decoder = new LibZstd();
    private final ByteBuffer input;
    private final ByteBuffer output;
    private final MemorySegment inStruct;
    private final MemorySegment outStruct;
    private boolean ended;
    private boolean open = true;
    // Not 0: inside of a frame.
    private long wanted;

    public ZstdChannel(ReadableByteChannel source) {
        this.source = source;
        MemorySegment in = arena.allocate(INPUT_BYTES);
        MemorySegment out = arena.allocate(OUTPUT_BYTES);
        input = in.asByteBuffer().limit(0);
        output = out.asByteBuffer().limit(0);
        inStruct = struct(in);
        outStruct = struct(out);
    }

    private MemorySegment struct(MemorySegment buffer) {
        MemorySegment struct = arena.allocate(BUFFER_STRUCT_BYTES, 8);
        struct.set(ValueLayout.ADDRESS, 0, buffer);
        return struct;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        if (!target.hasRemaining()) {
            return 0;
        }
        while (!output.hasRemaining()) {
            if (!input.hasRemaining() && !ended) {
                fill();
            }
            if (!input.hasRemaining() && ended) {
                // What the decoder holds back comes out before the end counts.
                if (wanted == 0 || !decode()) {
                    return end();
                }
            } else {
                decode();
            }
        }
        int size = Math.min(output.remaining(), target.remaining());
        target.put(target.position(), output, output.position(), size);
        target.position(target.position() + size);
        output.position(output.position() + size);
        return size;
    }

    private int end() {
        if (wanted != 0) {
            throw SampanException.invalid("zstd file ends too early");
        }
        return -1;
    }

    /// False where nothing came out.
    private boolean decode() {
        inStruct.set(ValueLayout.JAVA_LONG, SIZE, input.limit());
        inStruct.set(ValueLayout.JAVA_LONG, POSITION, input.position());
        outStruct.set(ValueLayout.JAVA_LONG, SIZE, OUTPUT_BYTES);
        outStruct.set(ValueLayout.JAVA_LONG, POSITION, 0);
        wanted = decoder.decompress(outStruct, inStruct);
        input.position((int) inStruct.get(ValueLayout.JAVA_LONG, POSITION));
        int size = (int) outStruct.get(ValueLayout.JAVA_LONG, POSITION);
        output.position(0).limit(size);
        return size > 0;
    }

    private void fill() throws IOException {
        input.clear();
        int size;
        do {
            size = source.read(input);
        } while (size == 0);
        input.flip();
        ended = size < 0;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public void close() throws IOException {
        if (open) {
            open = false;
            decoder.close();
            arena.close();
            source.close();
        }
    }
}

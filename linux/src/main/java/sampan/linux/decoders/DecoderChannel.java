package sampan.linux.decoders;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import sampan.errors.SampanException;

/// Plain bytes by a library with an interface like zlib's: a struct that says where the next input
/// and output are (`bz_stream` of bzlib.h and `lzma_stream` of lzma/base.h agree on that much, on
/// 64-bit little-endian machines). Closing it closes the source. One thread at a time.
abstract class DecoderChannel implements ReadableByteChannel {
    private static final int BUFFER_BYTES = 128 << 10;
    private static final long NEXT_IN = 0;
    private static final long AVAILABLE_IN = 8;
    private static final long NEXT_OUT = 24;
    private static final long AVAILABLE_OUT = 32;

    private final String format;
    private final ReadableByteChannel source;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment in = arena.allocate(BUFFER_BYTES);
    private final MemorySegment out = arena.allocate(BUFFER_BYTES);
    private final MemorySegment struct;
    private final ByteBuffer input = in.asByteBuffer().limit(0);
    private final ByteBuffer output = out.asByteBuffer().limit(0);
    private boolean sourceEnded;
    private boolean finished;
    private boolean open = true;

    /// @param structBytes size of the library's struct, which starts as zeroes
    DecoderChannel(String format, ReadableByteChannel source, long structBytes) {
        this.format = format;
        this.source = source;
        this.struct = arena.allocate(structBytes, 8);
    }

    /// Decodes what the struct points to.
    ///
    /// @param last no more input follows
    /// @return whether everything was decoded, up to the end of the input
    /// @throws SampanException INVALID for data that is broken
    abstract boolean step(MemorySegment stream, boolean last);

    /// Gives the library's own memory back; once.
    abstract void release(MemorySegment stream);

    final MemorySegment struct() {
        return struct;
    }

    final boolean hasInput() {
        return struct.get(ValueLayout.JAVA_INT, AVAILABLE_IN) != 0;
    }

    final SampanException broken(String why) {
        return SampanException.invalid(format + " data is broken: " + why);
    }

    @Override
    public final int read(ByteBuffer target) throws IOException {
        if (!target.hasRemaining()) {
            return 0;
        }
        while (!output.hasRemaining()) {
            if (finished) {
                return -1;
            }
            if (!input.hasRemaining() && !sourceEnded) {
                fill();
            }
            decode();
            if (!output.hasRemaining() && !input.hasRemaining() && sourceEnded && !finished) {
                throw SampanException.invalid(format + " file ends too early");
            }
        }
        int size = Math.min(output.remaining(), target.remaining());
        target.put(target.position(), output, output.position(), size);
        target.position(target.position() + size);
        output.position(output.position() + size);
        return size;
    }

    private void decode() {
        struct.set(ValueLayout.ADDRESS, NEXT_IN, in.asSlice(input.position()));
        struct.set(ValueLayout.JAVA_INT, AVAILABLE_IN, input.remaining());
        struct.set(ValueLayout.ADDRESS, NEXT_OUT, out);
        struct.set(ValueLayout.JAVA_INT, AVAILABLE_OUT, BUFFER_BYTES);
        finished = step(struct, sourceEnded);
        input.position(input.limit() - struct.get(ValueLayout.JAVA_INT, AVAILABLE_IN));
        output.position(0).limit(BUFFER_BYTES - struct.get(ValueLayout.JAVA_INT, AVAILABLE_OUT));
    }

    private void fill() throws IOException {
        input.clear();
        int size;
        do {
            size = source.read(input);
        } while (size == 0);
        input.flip();
        sourceEnded = size < 0;
    }

    @Override
    public final boolean isOpen() {
        return open;
    }

    @Override
    public final void close() throws IOException {
        if (open) {
            open = false;
            release(struct);
            arena.close();
            source.close();
        }
    }
}

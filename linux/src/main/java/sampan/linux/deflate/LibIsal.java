package sampan.linux.deflate;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.zip.Deflater;
import sampan.errors.SampanException;

/// isal_inflate(3) of libisal (igzip_lib.h, 2.17 and newer).
record LibIsal(MethodHandle initialize, MethodHandle decode) {
    /// `struct inflate_state` has 88 KiB.
    static final long STATE_BYTES = 128 << 10;

    private static final String LIBRARY = "libisal.so.2";

    /// Absent where the machine has no libisal, or one that does not work as we know it.
    static final Optional<LibIsal> LOADED = load().filter(LibIsal::works);

    /// `struct inflate_state`. What the library gives no function for lies behind its tables, whose
    /// sizes are the same in all of version 2; [#works] sees to it.
    record State(MemorySegment memory) {
        private static final long NEXT_OUT = 0;
        private static final long AVAIL_OUT = 8;
        private static final long NEXT_IN = 16;
        private static final long READ_IN = 24;
        private static final long AVAIL_IN = 32;
        private static final long READ_IN_LENGTH = 36;
        private static final long LITERAL_TABLE_BYTES = 4 * 4096 + 2 * 1264;
        private static final long DISTANCE_TABLE_BYTES = 2 * 1024 + 2 * 80;
        private static final long BLOCK_STATE = 40 + LITERAL_TABLE_BYTES + DISTANCE_TABLE_BYTES;
        private static final int BLOCK_FINISH = 5;

        void give(MemorySegment input, MemorySegment output) {
            memory.set(ValueLayout.ADDRESS, NEXT_IN, input);
            memory.set(ValueLayout.JAVA_INT, AVAIL_IN, (int) input.byteSize());
            memory.set(ValueLayout.ADDRESS, NEXT_OUT, output);
            memory.set(ValueLayout.JAVA_INT, AVAIL_OUT, (int) output.byteSize());
        }

        /// Bytes of the input that were not read.
        int left() {
            return memory.get(ValueLayout.JAVA_INT, AVAIL_IN);
        }

        /// Bytes of the output that were not written.
        int room() {
            return memory.get(ValueLayout.JAVA_INT, AVAIL_OUT);
        }

        boolean finished() {
            return memory.get(ValueLayout.JAVA_INT, BLOCK_STATE) == BLOCK_FINISH;
        }

        /// Bits that were read and not used, the first one lowest.
        long ahead() {
            return memory.get(ValueLayout.JAVA_LONG, READ_IN);
        }

        int bitsAhead() {
            return memory.get(ValueLayout.JAVA_INT, READ_IN_LENGTH);
        }
    }

    private static Optional<LibIsal> load() {
        try {
            SymbolLookup symbols = SymbolLookup.libraryLookup(LIBRARY, Arena.global());
            var p = ValueLayout.ADDRESS;
            return Optional.of(
                    new LibIsal(
                            function(symbols, "isal_inflate_init", FunctionDescriptor.ofVoid(p)),
                            function(
                                    symbols,
                                    "isal_inflate",
                                    FunctionDescriptor.of(ValueLayout.JAVA_INT, p))));
        } catch (IllegalArgumentException | NoSuchElementException e) {
            return Optional.empty();
        }
    }

    private static MethodHandle function(
            SymbolLookup symbols, String name, FunctionDescriptor type) {
        return Linker.nativeLinker().downcallHandle(symbols.findOrThrow(name), type);
    }

    /// Whether it decodes a stream in small pieces, and finds its end before what follows.
    private static boolean works(LibIsal lib) {
        byte[] plain = new byte[1000];
        for (int i = 0; i < plain.length; i++) {
            plain[i] = (byte) (i * i / 7);
        }
        byte[] packed = new byte[2 * plain.length];
        Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
        deflater.setInput(plain);
        deflater.finish();
        int size = deflater.deflate(packed);
        deflater.end();
        ByteBuffer input = ByteBuffer.allocateDirect(packed.length + RawInflater.PUT_BACK_MAX);
        input.position(RawInflater.PUT_BACK_MAX).put(packed).position(RawInflater.PUT_BACK_MAX);
        int end = input.position() + size;
        ByteBuffer output = ByteBuffer.allocateDirect(2 * plain.length);
        try (IsalInflater inflater = new IsalInflater(lib)) {
            for (int i = 0; i < packed.length && !inflater.finished(); i++) {
                input.limit(Math.min(input.position() + 100, input.capacity()));
                output.limit(Math.min(output.position() + 70, output.capacity()));
                inflater.inflate(input, output);
            }
            byte[] unpacked = new byte[output.position()];
            output.get(0, unpacked);
            return inflater.finished() && input.position() == end && Arrays.equals(unpacked, plain);
        } catch (SampanException | IllegalArgumentException | IndexOutOfBoundsException e) {
            return false;
        }
    }

    void init(State state) {
        try {
            initialize.invokeExact(state.memory());
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    int inflate(State state) {
        try {
            return (int) decode.invokeExact(state.memory());
        } catch (Throwable t) {
            throw broken(t);
        }
    }

    private static RuntimeException broken(Throwable t) {
        return t instanceof RuntimeException e
                ? e
                : new IllegalStateException("libisal call failed", t);
    }
}

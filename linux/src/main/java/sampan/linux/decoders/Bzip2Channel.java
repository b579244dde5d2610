package sampan.linux.decoders;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.channels.ReadableByteChannel;
import java.util.Optional;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.sys.SharedLibrary;

/// Decompresses bzip2 by libbz2 (bzlib.h, 1.0): all streams one after the other. Takes at most 4
/// MiB of memory, whatever the data says.
public final class Bzip2Channel extends DecoderChannel {
    private static final String LIBRARY = "libbz2.so.1.0";
    // Fedora, openSUSE
    private static final String ELSEWHERE = "libbz2.so.1";
    private static final long STRUCT_BYTES = 80;
    private static final int OK = 0;
    private static final int STREAM_END = 4;
    private static final int MEMORY_ERROR = -3;
    private static final int DATA_ERROR = -4;
    private static final int MAGIC_ERROR = -5;

    private final Functions lib =
            Functions.LOADED.orElseThrow(() ->
                    SharedLibrary.missing(
                            LIBRARY, "install libbz2-1.0, or use an archive in gzip or zstd"));
    // Between two streams, or before the first: nothing of the library's is held.
    private boolean between = true;

    public Bzip2Channel(ReadableByteChannel source) {
        super("bzip2", source, STRUCT_BYTES);
    }

    private record Functions(MethodHandle init, MethodHandle decompress, MethodHandle end) {
        static final Optional<Functions> LOADED =
                SharedLibrary.find(LIBRARY)
                        .or(() -> SharedLibrary.find(ELSEWHERE))
                        .map(Functions::of);

        private static Functions of(SharedLibrary library) {
            var p = ValueLayout.ADDRESS;
            var i = ValueLayout.JAVA_INT;
            return new Functions(
                    library.function("BZ2_bzDecompressInit", FunctionDescriptor.of(i, p, i, i)),
                    library.function("BZ2_bzDecompress", FunctionDescriptor.of(i, p)),
                    library.function("BZ2_bzDecompressEnd", FunctionDescriptor.of(i, p)));
        }
    }

    @Override
    boolean step(MemorySegment stream, boolean last) {
        if (between && !hasInput()) {
            return last;
        }
        try {
            if (between) {
                check((int) lib.init.invokeExact(stream, 0, 0));
                between = false;
            }
            int answer = (int) lib.decompress.invokeExact(stream);
            check(answer);
            if (answer == STREAM_END) {
                release(stream);
                between = true;
            }
            return between && last && !hasInput();
        } catch (Throwable t) {
            throw SharedLibrary.broken(t);
        }
    }

    private void check(int answer) {
        switch (answer) {
            case OK, STREAM_END -> {}
            case MEMORY_ERROR ->
                    throw new SampanException(
                            ErrorCode.UNAVAILABLE, "no memory for a bzip2 decoder");
            case DATA_ERROR -> throw broken("its checksums or codes do not match");
            case MAGIC_ERROR -> throw broken("no bzip2 file, or garbage after its end");
            default -> throw broken("libbz2 answers " + answer);
        }
    }

    @Override
    void release(MemorySegment stream) {
        if (between) {
            return;
        }
        try {
            int ignored = (int) lib.end.invokeExact(stream);
        } catch (Throwable t) {
            throw SharedLibrary.broken(t);
        }
    }
}

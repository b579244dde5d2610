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

/// Decompresses xz by liblzma (lzma/container.h, 5.0 and newer): all streams one after the other. A
/// stream that needs more than 128 MiB of memory is refused; `xz -9` needs 65.
public final class XzChannel extends DecoderChannel {
    private static final String LIBRARY = "liblzma.so.5";
    private static final long STRUCT_BYTES = 136;
    private static final long MEMORY_BYTES_MAX = 128L << 20;
    private static final int CONCATENATED = 8;
    private static final int RUN = 0;
    private static final int FINISH = 3;
    private static final int OK = 0;
    private static final int STREAM_END = 1;
    private static final int MEMORY_ERROR = 5;
    private static final int MEMORY_LIMIT_ERROR = 6;
    private static final int FORMAT_ERROR = 7;
    private static final int OPTIONS_ERROR = 8;
    private static final int DATA_ERROR = 9;
    private static final int BUFFER_ERROR = 10;

    private final Functions lib =
            Functions.LOADED.orElseThrow(() ->
                    SharedLibrary.missing(
                            LIBRARY, "install liblzma5, or use an archive in gzip or zstd"));

    public XzChannel(ReadableByteChannel source) {
        super("xz", source, STRUCT_BYTES);
        try {
            int answer = (int) lib.decoder.invokeExact(struct(), MEMORY_BYTES_MAX, CONCATENATED);
            check(answer);
        } catch (Throwable t) {
            throw SharedLibrary.broken(t);
        }
    }

    private record Functions(MethodHandle decoder, MethodHandle code, MethodHandle end) {
        static final Optional<Functions> LOADED = SharedLibrary.find(LIBRARY).map(Functions::of);

        private static Functions of(SharedLibrary library) {
            var p = ValueLayout.ADDRESS;
            var i = ValueLayout.JAVA_INT;
            return new Functions(
                    library.function(
                            "lzma_stream_decoder",
                            FunctionDescriptor.of(i, p, ValueLayout.JAVA_LONG, i)),
                    library.function("lzma_code", FunctionDescriptor.of(i, p, i)),
                    library.function("lzma_end", FunctionDescriptor.ofVoid(p)));
        }
    }

    @Override
    boolean step(MemorySegment stream, boolean last) {
        try {
            int answer = (int) lib.code.invokeExact(stream, last ? FINISH : RUN);
            check(answer);
            return answer == STREAM_END;
        } catch (Throwable t) {
            throw SharedLibrary.broken(t);
        }
    }

    private void check(int answer) {
        switch (answer) {
            // a lack of input shows as no progress, and is told by the channel
            case OK, STREAM_END, BUFFER_ERROR -> {}
            case MEMORY_ERROR ->
                    throw new SampanException(ErrorCode.UNAVAILABLE, "no memory for an xz decoder");
            case MEMORY_LIMIT_ERROR ->
                    throw SampanException.invalid(
                            "the xz file needs more than "
                                    + (MEMORY_BYTES_MAX >> 20)
                                    + " MiB to decode: compress it with a smaller dictionary");
            case FORMAT_ERROR -> throw broken("no xz file, or garbage after its end");
            case OPTIONS_ERROR -> throw broken("options that liblzma does not know");
            case DATA_ERROR -> throw broken("its checksums or codes do not match");
            default -> throw broken("liblzma answers " + answer);
        }
    }

    @Override
    void release(MemorySegment stream) {
        try {
            lib.end.invokeExact(stream);
        } catch (Throwable t) {
            throw SharedLibrary.broken(t);
        }
    }
}

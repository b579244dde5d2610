package sampan.linux.zstd;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.sys.SharedLibrary;

/// libzstd's streaming decoder (zstd.h, 1.4 and newer). One thread at a time.
final class LibZstd implements AutoCloseable {
    private static final String LIBRARY = "libzstd.so.1";
    private static final int NAME_BYTES_MAX = 256;

    private final Functions lib =
            Functions.LOADED.orElseThrow(() ->
                    SharedLibrary.missing(LIBRARY, "install libzstd1, or use layers in gzip"));
    private final MemorySegment stream;
    private boolean open = true;

    LibZstd() {
        try {
            stream = (MemorySegment) lib.create.invokeExact();
        } catch (Throwable t) {
            throw SharedLibrary.broken(t);
        }
        if (stream.address() == 0) {
            throw new SampanException(ErrorCode.UNAVAILABLE, "no memory for a zstd decoder");
        }
    }

    private record Functions(
            MethodHandle create,
            MethodHandle release,
            MethodHandle decompress,
            MethodHandle isError,
            MethodHandle errorName) {
        static final Optional<Functions> LOADED = SharedLibrary.find(LIBRARY).map(Functions::of);

        private static Functions of(SharedLibrary library) {
            var p = ValueLayout.ADDRESS;
            var l = ValueLayout.JAVA_LONG;
            return new Functions(
                    library.function("ZSTD_createDStream", FunctionDescriptor.of(p)),
                    library.function("ZSTD_freeDStream", FunctionDescriptor.of(l, p)),
                    library.function("ZSTD_decompressStream", FunctionDescriptor.of(l, p, p, p)),
                    library.function(
                            "ZSTD_isError", FunctionDescriptor.of(ValueLayout.JAVA_INT, l)),
                    library.function("ZSTD_getErrorName", FunctionDescriptor.of(p, l)));
        }
    }

    /// Decodes from ZSTD_inBuffer to ZSTD_outBuffer; returns 0 at the end of a frame.
    ///
    /// @throws SampanException INVALID for data that is not zstd
    long decompress(MemorySegment outBuffer, MemorySegment inBuffer) {
        try {
            long result = (long) lib.decompress.invokeExact(stream, outBuffer, inBuffer);
            if ((int) lib.isError.invokeExact(result) != 0) {
                MemorySegment name = (MemorySegment) lib.errorName.invokeExact(result);
                throw SampanException.invalid(
                        "zstd data is broken: " + name.reinterpret(NAME_BYTES_MAX).getString(0));
            }
            return result;
        } catch (Throwable t) {
            throw SharedLibrary.broken(t);
        }
    }

    @Override
    public void close() {
        if (open) {
            open = false;
            try {
                long ignored = (long) lib.release.invokeExact(stream);
            } catch (Throwable t) {
                throw SharedLibrary.broken(t);
            }
        }
    }
}

package sampan.linux.zstd;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.sys.SharedLibrary;

/// libzstd's streaming encoder (zstd.h, 1.4 and newer), at its usual level with a window of 128
/// KiB, so that each takes under a MiB. From native memory to native memory; one thread at a time.
public final class ZstdEncoder implements AutoCloseable {
    /// More content follows.
    public static final int CONTINUE = 0;

    /// All that was taken is written.
    public static final int FLUSH = 1;

    /// The frame is ended.
    public static final int END = 2;

    private static final String LIBRARY = "libzstd.so.1";
    private static final int SESSION_ONLY = 1;
    private static final int LEVEL = 100;
    private static final int WINDOW_LOG = 101;
    private static final int WINDOW_BITS = 17;
    private static final long BUFFER_BYTES =
            MemoryLayout.sequenceLayout(3, ValueLayout.JAVA_LONG).byteSize();
    private static final long SIZE_AT = 8;
    private static final long POSITION_AT = 16;

    private final Functions lib =
            Functions.LOADED.orElseThrow(
                    () -> SharedLibrary.missing(LIBRARY, "install libzstd1, or compress by gzip"));
    private final Arena arena = Arena.ofShared();
    private final MemorySegment in = arena.allocate(BUFFER_BYTES, Long.BYTES);
    private final MemorySegment out = arena.allocate(BUFFER_BYTES, Long.BYTES);
    private final MemorySegment context;
    private boolean open = true;

    public ZstdEncoder() {
        this(WINDOW_LOG, WINDOW_BITS);
    }

    /// With the window that belongs to the level.
    ///
    /// @param level of zstd: 1 to 22
    public ZstdEncoder(int level) {
        this(LEVEL, level);
    }

    private ZstdEncoder(int parameter, int value) {
        try {
            context = (MemorySegment) lib.create.invokeExact();
            if (context.address() == 0) {
                throw new SampanException(ErrorCode.UNAVAILABLE, "no memory for a zstd encoder");
            }
            long ignored = (long) lib.parameter.invokeExact(context, parameter, value);
        } catch (Throwable t) {
            throw SharedLibrary.broken(t);
        }
    }

    private record Functions(
            MethodHandle create,
            MethodHandle release,
            MethodHandle parameter,
            MethodHandle reset,
            MethodHandle compress,
            MethodHandle isError) {
        static final Optional<Functions> LOADED = SharedLibrary.find(LIBRARY).map(Functions::of);

        private static Functions of(SharedLibrary library) {
            var p = ValueLayout.ADDRESS;
            var l = ValueLayout.JAVA_LONG;
            var i = ValueLayout.JAVA_INT;
            return new Functions(
                    library.function("ZSTD_createCCtx", FunctionDescriptor.of(p)),
                    library.function("ZSTD_freeCCtx", FunctionDescriptor.of(l, p)),
                    library.function("ZSTD_CCtx_setParameter", FunctionDescriptor.of(l, p, i, i)),
                    library.function("ZSTD_CCtx_reset", FunctionDescriptor.of(l, p, i)),
                    library.function("ZSTD_compressStream2", FunctionDescriptor.of(l, p, p, p, i)),
                    library.function("ZSTD_isError", FunctionDescriptor.of(i, l)));
        }
    }

    /// Whether this machine has the library.
    public static boolean isAvailable() {
        return Functions.LOADED.isPresent();
    }

    /// Forgets a content that was not ended.
    public void reset() {
        try {
            long ignored = (long) lib.reset.invokeExact(context, SESSION_ONLY);
        } catch (Throwable t) {
            throw SharedLibrary.broken(t);
        }
    }

    /// Takes content and writes what comes of it.
    ///
    /// @param room must be enough for it; what zstd makes is hardly longer than what it takes
    /// @param ending [#CONTINUE], [#FLUSH] or [#END]
    /// @return octets written
    /// @throws SampanException where there is no room or no memory
    public int encode(long at, int length, long to, int room, int ending) {
        in.set(ValueLayout.JAVA_LONG, 0, at);
        in.set(ValueLayout.JAVA_LONG, SIZE_AT, length);
        in.set(ValueLayout.JAVA_LONG, POSITION_AT, 0);
        out.set(ValueLayout.JAVA_LONG, 0, to);
        out.set(ValueLayout.JAVA_LONG, SIZE_AT, room);
        out.set(ValueLayout.JAVA_LONG, POSITION_AT, 0);
        long left = 1;
        while (ending == CONTINUE
                ? in.get(ValueLayout.JAVA_LONG, POSITION_AT) < length
                : left > 0) {
            left = step(ending);
            if (out.get(ValueLayout.JAVA_LONG, POSITION_AT) >= room) {
                throw new SampanException(ErrorCode.INTERNAL, "no room for what zstd makes");
            }
        }
        return (int) out.get(ValueLayout.JAVA_LONG, POSITION_AT);
    }

    private long step(int ending) {
        try {
            long left = (long) lib.compress.invokeExact(context, out, in, ending);
            if ((int) lib.isError.invokeExact(left) != 0) {
                throw new SampanException(ErrorCode.UNAVAILABLE, "zstd cannot compress this");
            }
            return left;
        } catch (Throwable t) {
            throw SharedLibrary.broken(t);
        }
    }

    @Override
    public void close() {
        if (open) {
            open = false;
            try {
                long ignored = (long) lib.release.invokeExact(context);
            } catch (Throwable t) {
                throw SharedLibrary.broken(t);
            }
            arena.close();
        }
    }
}

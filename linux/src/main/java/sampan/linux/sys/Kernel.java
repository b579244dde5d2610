package sampan.linux.sys;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import sampan.errors.ErrnoException;

/// The raw entry to the kernel: libc's `syscall(2)` with errno captured in the same transition.
///
/// Addresses are passed as numbers ([#address]); the caller keeps the arena of what they point to
/// alive across the call. Failures come back as `-errno` from [#raw], as [ErrnoException] from
/// [#call]. Costs about 220 ns a call, the system call included.
public final class Kernel {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout CAPTURE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO =
            CAPTURE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final MethodHandle SYSCALL =
            LINKER.downcallHandle(
                    LINKER.defaultLookup().findOrThrow("syscall"),
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG),
                    Linker.Option.firstVariadicArg(1),
                    Linker.Option.captureCallState("errno"));
    private static final MethodHandle STRERROR =
            LINKER.downcallHandle(
                    LINKER.defaultLookup().findOrThrow("strerror"),
                    FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_INT));

    private static final int PAGE_SIZE = askPageSize();

    // One capture buffer per thread; a thread that dies frees it with its automatic arena.
    private static final ThreadLocal<MemorySegment> STATE =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(CAPTURE));

    private Kernel() {}

    /// Makes the call and returns its result, or `-errno`.
    public static long raw(long number, long a, long b, long c, long d, long e, long f) {
        MemorySegment state = STATE.get();
        try {
            long result = (long) SYSCALL.invokeExact(state, number, a, b, c, d, e, f);
            return result == -1 ? -(long) (int) ERRNO.get(state, 0L) : result;
        } catch (Throwable t) {
            throw new IllegalStateException("downcall failed", t);
        }
    }

    public static long raw(long number, long a, long b, long c) {
        return raw(number, a, b, c, 0, 0, 0);
    }

    /// Makes the call; throws an [ErrnoException] that names it and its subject when it fails.
    /// EINTR is retried.
    public static long call(
            String name,
            String subject,
            long number,
            long a,
            long b,
            long c,
            long d,
            long e,
            long f) {
        while (true) {
            long result = raw(number, a, b, c, d, e, f);
            if (result >= 0) {
                return result;
            }
            if (result != -Errno.EINTR) {
                throw failure(name, (int) -result, subject);
            }
        }
    }

    public static long call(String name, String subject, long number, long a, long b, long c) {
        return call(name, subject, number, a, b, c, 0, 0, 0);
    }

    public static ErrnoException failure(String name, int errno, String subject) {
        return new ErrnoException(name, errno, errorText(errno), subject);
    }

    /// strerror(3) in the C locale.
    public static String errorText(int errno) {
        try {
            MemorySegment text = (MemorySegment) STRERROR.invokeExact(errno);
            return text.reinterpret(256).getString(0);
        } catch (Throwable t) {
            throw new IllegalStateException("downcall failed", t);
        }
    }

    /// Bytes of a memory page: 4096 on x86-64, 4096 to 65536 on arm64.
    public static int pageSize() {
        return PAGE_SIZE;
    }

    private static int askPageSize() {
        MethodHandle getpagesize =
                LINKER.downcallHandle(
                        LINKER.defaultLookup().findOrThrow("getpagesize"),
                        FunctionDescriptor.of(ValueLayout.JAVA_INT));
        try {
            return (int) getpagesize.invokeExact();
        } catch (Throwable t) {
            throw new IllegalStateException("downcall failed", t);
        }
    }

    /// The number that a call takes for this memory.
    public static long address(MemorySegment memory) {
        return memory.address();
    }
}

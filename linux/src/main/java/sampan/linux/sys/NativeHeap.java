package sampan.linux.sys;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/// What libc's malloc(3) holds for this process.
public final class NativeHeap {
    private NativeHeap() {}

    /// Gives the kernel back whole pages that are free: malloc_trim(3), glibc's alone; nothing
    /// elsewhere.
    public static void trim() {
        Optional<MethodHandle> trim =
                Linker.nativeLinker()
                        .defaultLookup()
                        .find("malloc_trim")
                        .map(found ->
                                Linker.nativeLinker()
                                        .downcallHandle(
                                                found,
                                                FunctionDescriptor.of(
                                                        ValueLayout.JAVA_INT,
                                                        ValueLayout.JAVA_LONG)));
        if (trim.isPresent()) {
            try {
                int _ = (int) trim.get().invokeExact(0L);
            } catch (Throwable t) {
                throw new IllegalStateException("downcall failed", t);
            }
        }
    }
}

package sampan.linux.sys;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/// The kernel's error numbers for people: `ENOENT (No such file or directory)`.
public final class ErrorWords {
    private static final Linker LINKER = Linker.nativeLinker();
    // glibc 2.32 and newer; where it is missing, the number has to do.
    private static final Optional<MethodHandle> NAME =
            LINKER.defaultLookup()
                    .find("strerrorname_np")
                    .map(found ->
                            LINKER.downcallHandle(
                                    found,
                                    FunctionDescriptor.of(
                                            ValueLayout.ADDRESS, ValueLayout.JAVA_INT)));

    private ErrorWords() {}

    public static String of(int errno) {
        return name(errno) + " (" + Kernel.errorText(errno) + ")";
    }

    /// `ENOENT`, or `errno 2` where libc does not tell.
    public static String name(int errno) {
        if (NAME.isPresent()) {
            try {
                MemorySegment text = (MemorySegment) NAME.get().invokeExact(errno);
                if (text.address() != 0) {
                    return text.reinterpret(64).getString(0);
                }
            } catch (Throwable t) {
                throw new IllegalStateException("downcall failed", t);
            }
        }
        return "errno " + errno;
    }
}

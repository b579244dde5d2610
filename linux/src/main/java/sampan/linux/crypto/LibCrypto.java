package sampan.linux.crypto;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.Optional;
import sampan.linux.sys.SharedLibrary;

/// SHA256_Init(3) and its kin: those of the one-shot interface, because their state is memory of
/// ours, with nothing to free.
record LibCrypto(MethodHandle init, MethodHandle update, MethodHandle end) {
    private static final List<String> LIBRARIES = List.of("libcrypto.so.3", "libcrypto.so.1.1");

    /// Absent where the machine has no libcrypto, or one without these functions.
    static final Optional<LibCrypto> LOADED =
            LIBRARIES.stream().map(LibCrypto::load).flatMap(Optional::stream).findFirst();

    private static Optional<LibCrypto> load(String library) {
        try {
            return SharedLibrary.find(library).map(LibCrypto::of);
        } catch (java.util.NoSuchElementException e) {
            return Optional.empty();
        }
    }

    // Critical: memory of the heap is passed as it is, for a call of microseconds.
    private static LibCrypto of(SharedLibrary library) {
        Linker.Option critical = Linker.Option.critical(true);
        var i = ValueLayout.JAVA_INT;
        var p = ValueLayout.ADDRESS;
        var l = ValueLayout.JAVA_LONG;
        return new LibCrypto(
                library.function("SHA256_Init", FunctionDescriptor.of(i, p), critical),
                library.function("SHA256_Update", FunctionDescriptor.of(i, p, p, l), critical),
                library.function("SHA256_Final", FunctionDescriptor.of(i, p, p), critical));
    }

    void init(MemorySegment state) {
        try {
            check((int) init.invokeExact(state));
        } catch (Throwable t) {
            throw SharedLibrary.broken(t);
        }
    }

    void update(MemorySegment state, MemorySegment content) {
        try {
            check((int) update.invokeExact(state, content, content.byteSize()));
        } catch (Throwable t) {
            throw SharedLibrary.broken(t);
        }
    }

    void end(MemorySegment sum, MemorySegment state) {
        try {
            check((int) end.invokeExact(sum, state));
        } catch (Throwable t) {
            throw SharedLibrary.broken(t);
        }
    }

    private static void check(int answer) {
        if (answer != 1) {
            throw new IllegalStateException("libcrypto answered " + answer);
        }
    }
}

package sampan.linux.sys;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

/// A shared library of the machine's, loaded once and never unloaded (dlopen(3)).
public final class SharedLibrary {
    private final SymbolLookup symbols;

    private SharedLibrary(SymbolLookup symbols) {
        this.symbols = symbols;
    }

    /// What to throw where it is needed and not there: UNSUPPORTED.
    ///
    /// @param remedy what to do then
    public static SampanException missing(String name, String remedy) {
        return new SampanException(ErrorCode.UNSUPPORTED, name + " is not installed: " + remedy);
    }

    /// Absent where it is not there.
    public static Optional<SharedLibrary> find(String name) {
        try {
            return Optional.of(new SharedLibrary(SymbolLookup.libraryLookup(name, Arena.global())));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /// @throws java.util.NoSuchElementException where the library has none of this name
    public MethodHandle function(String name, FunctionDescriptor type, Linker.Option... options) {
        return Linker.nativeLinker().downcallHandle(symbols.findOrThrow(name), type, options);
    }

    /// What to throw for what came out of a call: what was meant, or a defect.
    public static RuntimeException broken(Throwable t) {
        return t instanceof RuntimeException e
                ? e
                : new IllegalStateException("a call of a library failed", t);
    }
}

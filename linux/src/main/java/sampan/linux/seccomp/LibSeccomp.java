package sampan.linux.seccomp;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import sampan.errors.SampanException;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Kernel;
import sampan.linux.sys.SharedLibrary;

/// libseccomp (seccomp_init(3) and its kin; 2.4 and newer). One filter per object; its calls are
/// serialised by [SeccompCompiler], because the library keeps global state.
final class LibSeccomp implements AutoCloseable {
    private static final String LIBRARY = "libseccomp.so.2";
    private static final int ATTRIBUTE_OPTIMIZE = 8;
    private static final int BINARY_TREE = 2;
    private static final int UNKNOWN = -1;
    private static final int EDOM = 33;
    private static final long NR_PREAD64 = 17;
    private static final long NR_MEMFD_CREATE = 319;
    private static final int MFD_CLOEXEC = 1;

    /// The kernel takes no more than 4096 instructions.
    private static final int CODE_MAX = 4096 * SeccompProgram.INSTRUCTION;

    private static final MemoryLayout COMPARISON =
            MemoryLayout.structLayout(
                    ValueLayout.JAVA_INT.withName("arg"),
                    ValueLayout.JAVA_INT.withName("op"),
                    ValueLayout.JAVA_LONG.withName("datum_a"),
                    ValueLayout.JAVA_LONG.withName("datum_b"));

    private final Functions lib =
            Functions.LOADED.orElseThrow(
                    () -> SharedLibrary.missing(LIBRARY, "install libseccomp2, or run unconfined"));
    private final MemorySegment context;
    private boolean open = true;

    /// A filter that answers with this value unless a rule says otherwise.
    LibSeccomp(int defaultValue) {
        try {
            context = (MemorySegment) lib.init.invokeExact(defaultValue);
        } catch (Throwable t) {
            throw SharedLibrary.broken(t);
        }
        if (context.address() == 0) {
            throw SampanException.invalid(
                    "seccomp default action 0x"
                            + Integer.toHexString(defaultValue)
                            + " is unknown");
        }
    }

    private record Functions(
            MethodHandle init,
            MethodHandle release,
            MethodHandle archAdd,
            MethodHandle archRemove,
            MethodHandle archNative,
            MethodHandle attrSet,
            MethodHandle ruleAdd,
            MethodHandle resolve,
            MethodHandle resolveArch,
            MethodHandle export) {
        static final Optional<Functions> LOADED = SharedLibrary.find(LIBRARY).map(Functions::of);

        private static Functions of(SharedLibrary library) {
            var i = ValueLayout.JAVA_INT;
            var p = ValueLayout.ADDRESS;
            return new Functions(
                    library.function("seccomp_init", FunctionDescriptor.of(p, i)),
                    library.function("seccomp_release", FunctionDescriptor.ofVoid(p)),
                    library.function("seccomp_arch_add", FunctionDescriptor.of(i, p, i)),
                    library.function("seccomp_arch_remove", FunctionDescriptor.of(i, p, i)),
                    library.function("seccomp_arch_native", FunctionDescriptor.of(i)),
                    library.function("seccomp_attr_set", FunctionDescriptor.of(i, p, i, i)),
                    library.function(
                            "seccomp_rule_add_array", FunctionDescriptor.of(i, p, i, i, i, p)),
                    library.function("seccomp_syscall_resolve_name", FunctionDescriptor.of(i, p)),
                    library.function(
                            "seccomp_syscall_resolve_name_arch", FunctionDescriptor.of(i, i, p)),
                    library.function("seccomp_export_bpf", FunctionDescriptor.of(i, p, i)));
        }
    }

    /// Makes it hold for exactly these ABIs.
    void architectures(List<SeccompArch> arches) {
        try {
            int own = (int) lib.archNative.invokeExact();
            boolean wantOwn = false;
            for (SeccompArch arch : arches) {
                if (arch.token() == own) {
                    wantOwn = true;
                    continue;
                }
                check((int) lib.archAdd.invokeExact(context, arch.token()), arch.ociName());
            }
            if (!wantOwn) {
                check((int) lib.archRemove.invokeExact(context, own), "native architecture");
            }
        } catch (Throwable t) {
            throw SharedLibrary.broken(t);
        }
    }

    /// Asks for a binary search over the calls instead of a chain; older libraries have none.
    void optimize() {
        try {
            int ignored = (int) lib.attrSet.invokeExact(context, ATTRIBUTE_OPTIMIZE, BINARY_TREE);
        } catch (Throwable t) {
            throw SharedLibrary.broken(t);
        }
    }

    /// The library's number for a call; empty where it has no such name.
    OptionalInt resolve(Arena arena, String name) {
        try {
            int number = (int) lib.resolve.invokeExact(arena.allocateFrom(name));
            return number == UNKNOWN ? OptionalInt.empty() : OptionalInt.of(number);
        } catch (Throwable t) {
            throw SharedLibrary.broken(t);
        }
    }

    /// The number of a call in an ABI; empty where that has it not.
    OptionalInt resolve(Arena arena, SeccompArch arch, String name) {
        try {
            int number = (int) lib.resolveArch.invokeExact(arch.token(), arena.allocateFrom(name));
            // Negative ones are the library's stand-ins for calls of other machines.
            return number < 0 ? OptionalInt.empty() : OptionalInt.of(number);
        } catch (Throwable t) {
            throw SharedLibrary.broken(t);
        }
    }

    /// Adds a rule whose conditions have to hold all, each on another argument.
    void rule(Arena arena, int value, int number, String name, List<ArgCondition> conditions) {
        MemorySegment array =
                conditions.isEmpty()
                        ? MemorySegment.NULL
                        : arena.allocate(COMPARISON, conditions.size());
        for (int i = 0; i < conditions.size(); i++) {
            ArgCondition condition = conditions.get(i);
            MemorySegment each = array.asSlice(i * COMPARISON.byteSize(), COMPARISON.byteSize());
            each.set(ValueLayout.JAVA_INT, 0, condition.index());
            each.set(ValueLayout.JAVA_INT, 4, condition.operator().code());
            each.set(ValueLayout.JAVA_LONG, 8, condition.value());
            each.set(ValueLayout.JAVA_LONG, 16, condition.valueTwo());
        }
        try {
            int result =
                    (int) lib.ruleAdd.invokeExact(context, value, number, conditions.size(), array);
            // The ABIs chosen do not have this call.
            if (result != -EDOM) {
                check(result, "rule for " + name);
            }
        } catch (Throwable t) {
            throw SharedLibrary.broken(t);
        }
    }

    /// The kernel's program.
    byte[] export() {
        try (Arena arena = Arena.ofConfined();
                Fd file =
                        Fd.own(
                                Kernel.call(
                                        "memfd_create",
                                        "seccomp",
                                        NR_MEMFD_CREATE,
                                        Kernel.address(arena.allocateFrom("seccomp")),
                                        MFD_CLOEXEC,
                                        0))) {
            check((int) lib.export.invokeExact(context, file.number()), "export");
            MemorySegment code = arena.allocate(CODE_MAX + 1L, 8);
            long length =
                    Kernel.call(
                            "pread",
                            "seccomp",
                            NR_PREAD64,
                            file.number(),
                            Kernel.address(code),
                            code.byteSize(),
                            0,
                            0,
                            0);
            if (length > CODE_MAX) {
                throw SampanException.invalid(
                        "seccomp profile needs more than 4096 instructions; use fewer rules");
            }
            byte[] bytes = new byte[(int) length];
            MemorySegment.copy(code, ValueLayout.JAVA_BYTE, 0, bytes, 0, bytes.length);
            return bytes;
        } catch (Throwable t) {
            throw SharedLibrary.broken(t);
        }
    }

    private static void check(int result, String what) {
        if (result < 0) {
            throw SampanException.invalid(
                    "seccomp " + what + ": libseccomp refuses it: " + Kernel.errorText(-result));
        }
    }

    @Override
    public void close() {
        if (open) {
            open = false;
            try {
                lib.release.invokeExact(context);
            } catch (Throwable t) {
                throw SharedLibrary.broken(t);
            }
        }
    }
}

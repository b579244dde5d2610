package sampan.linux.seccomp;

import java.util.List;
import java.util.Optional;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

/// A system call ABI (linux/audit.h; the OCI names are `SCMP_ARCH_` and the constant).
public enum SeccompArch {
    X86(0x4000_0003, "x86"),
    X86_64(0xc000_003e, "amd64"),
    /// Shares its number in the kernel with x86-64; this one is libseccomp's.
    X32(0x4000_003e, "x32"),
    ARM(0x4000_0028, "arm"),
    AARCH64(0xc000_00b7, "arm64"),
    MIPS(0x0000_0008, "mips"),
    MIPS64(0x8000_0008, "mips64"),
    MIPS64N32(0xa000_0008, "mips64n32"),
    MIPSEL(0x4000_0008, "mipsel"),
    MIPSEL64(0xc000_0008, "mipsel64"),
    MIPSEL64N32(0xe000_0008, "mipsel64n32"),
    PPC(0x0000_0014, "ppc"),
    PPC64(0x8000_0015, "ppc64"),
    PPC64LE(0xc000_0015, "ppc64le"),
    S390(0x0000_0016, "s390"),
    S390X(0x8000_0016, "s390x"),
    PARISC(0x0000_000f, "parisc"),
    PARISC64(0x8000_000f, "parisc64"),
    RISCV64(0xc000_00f3, "riscv64"),
    LOONGARCH64(0xc000_0102, "loong64");

    private static final String PREFIX = "SCMP_ARCH_";

    private final int token;
    private final String goName;

    SeccompArch(int token, String goName) {
        this.token = token;
        this.goName = goName;
    }

    /// libseccomp's number.
    int token() {
        return token;
    }

    /// What the kernel shows to a filter.
    int auditArch() {
        return this == X32 ? X86_64.token : token;
    }

    /// As Docker's profiles name it in their conditions: `amd64`, `arm64`.
    public String conditionName() {
        return goName;
    }

    public String ociName() {
        return PREFIX + name();
    }

    /// The ABI of that name in the OCI specification, such as `SCMP_ARCH_X86_64`.
    public static Optional<SeccompArch> named(String name) {
        for (SeccompArch arch : values()) {
            if (name.equals(arch.ociName())) {
                return Optional.of(arch);
            }
        }
        return Optional.empty();
    }

    /// The ABI of this process.
    ///
    /// @throws SampanException UNSUPPORTED on a machine that this build does not know
    public static SeccompArch current() {
        String arch = System.getProperty("os.arch", "");
        return switch (arch) {
            case "amd64", "x86_64" -> X86_64;
            case "aarch64" -> AARCH64;
            case "riscv64" -> RISCV64;
            case "ppc64le" -> PPC64LE;
            case "s390x" -> S390X;
            case "loongarch64" -> LOONGARCH64;
            default ->
                    throw new SampanException(
                            ErrorCode.UNSUPPORTED,
                            "machine \"" + arch + "\" has no system call table here");
        };
    }

    /// The other ABIs in which a process on this machine may call the same kernel.
    public List<SeccompArch> companions() {
        return switch (this) {
            case X86_64 -> List.of(X86, X32);
            case AARCH64 -> List.of(ARM);
            case MIPS64 -> List.of(MIPS, MIPS64N32);
            case MIPS64N32 -> List.of(MIPS, MIPS64);
            case MIPSEL64 -> List.of(MIPSEL, MIPSEL64N32);
            case MIPSEL64N32 -> List.of(MIPSEL, MIPSEL64);
            case S390X -> List.of(S390);
            case X86, X32, ARM, MIPS, MIPSEL, PPC, PPC64, PPC64LE -> List.of();
            case S390, PARISC, PARISC64, RISCV64, LOONGARCH64 -> List.of();
        };
    }
}

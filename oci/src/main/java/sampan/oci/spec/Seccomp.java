package sampan.oci.spec;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;

/// The system call filter of the specification.
///
/// @param defaultAction `SCMP_ACT_ERRNO` and so on, for calls that no rule names
/// @param defaultErrnoRet empty: EPERM
/// @param architectures `SCMP_ARCH_X86_64` and so on; empty: the native one
/// @param flags `SECCOMP_FILTER_FLAG_LOG` and so on
/// @param listenerPath socket that gets the notification descriptor
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Seccomp(
        String defaultAction,
        Optional<Integer> defaultErrnoRet,
        List<String> architectures,
        List<String> flags,
        String listenerPath,
        String listenerMetadata,
        List<Syscall> syscalls) {
    public Seccomp {
        defaultAction = Absent.text(defaultAction);
        defaultErrnoRet = Absent.optional(defaultErrnoRet);
        architectures = Absent.list(architectures);
        flags = Absent.list(flags);
        listenerPath = Absent.text(listenerPath);
        listenerMetadata = Absent.text(listenerMetadata);
        syscalls = Absent.list(syscalls);
    }

    /// One rule: what happens with these calls where all arguments match.
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Syscall(
            List<String> names, String action, Optional<Integer> errnoRet, List<Arg> args) {
        public Syscall {
            names = Absent.list(names);
            action = Absent.text(action);
            errnoRet = Absent.optional(errnoRet);
            args = Absent.list(args);
        }
    }

    /// @param op `SCMP_CMP_EQ` and so on; `SCMP_CMP_MASKED_EQ` compares `arg & value` with
    ///   `valueTwo`
    public record Arg(int index, BigInteger value, BigInteger valueTwo, String op) {
        public Arg {
            value = Absent.or(value, BigInteger.ZERO);
            valueTwo = Absent.or(valueTwo, BigInteger.ZERO);
            op = Absent.text(op);
        }
    }
}

package sampan.linux.seccomp;

import java.util.List;
import java.util.OptionalInt;
import sampan.errors.SampanException;

/// What happens to calls of these names whose arguments meet all conditions. Where two conditions
/// are about the same argument, meeting any one condition is enough, as the field has it.
///
/// @param names unknown ones are passed over: a profile serves many kernels
/// @param errno for [SeccompAction#ERRNO] and [SeccompAction#TRACE]; EPERM where empty
public record SyscallRule(
        List<String> names, SeccompAction action, OptionalInt errno, List<ArgCondition> args) {
    private static final int ERRNO_MAX = 4095;

    public SyscallRule {
        names = List.copyOf(names);
        args = List.copyOf(args);
        checkErrno(errno);
    }

    static void checkErrno(OptionalInt errno) {
        if (errno.orElse(0) < 0 || errno.orElse(0) > ERRNO_MAX) {
            throw SampanException.invalid(
                    "seccomp errno " + errno.getAsInt() + " is not in 0.." + ERRNO_MAX);
        }
    }

    public static SyscallRule allow(String... names) {
        return new SyscallRule(List.of(names), SeccompAction.ALLOW, OptionalInt.empty(), List.of());
    }

    public static SyscallRule allow(String name, ArgCondition condition) {
        return new SyscallRule(
                List.of(name), SeccompAction.ALLOW, OptionalInt.empty(), List.of(condition));
    }
}

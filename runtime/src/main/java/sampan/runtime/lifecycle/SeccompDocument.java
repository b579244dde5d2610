package sampan.runtime.lifecycle;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import sampan.errors.SampanException;
import sampan.linux.seccomp.ArgCondition;
import sampan.linux.seccomp.SeccompAction;
import sampan.linux.seccomp.SeccompArch;
import sampan.linux.seccomp.SeccompFlag;
import sampan.linux.seccomp.SeccompProfile;
import sampan.linux.seccomp.SyscallRule;
import sampan.oci.spec.Seccomp;

/// From the specification's filter to a profile.
final class SeccompDocument {
    private SeccompDocument() {}

    /// @throws SampanException INVALID for a word that is none
    static SeccompProfile profile(Seccomp seccomp) {
        List<SyscallRule> rules = new ArrayList<>();
        for (Seccomp.Syscall call : seccomp.syscalls()) {
            if (call.names().isEmpty()) {
                throw SampanException.invalid("seccomp rule without names");
            }
            List<ArgCondition> conditions = new ArrayList<>();
            for (Seccomp.Arg arg : call.args()) {
                conditions.add(condition(arg));
            }
            rules.add(
                    new SyscallRule(
                            call.names(),
                            action(call.action()),
                            optional(call.errnoRet()),
                            conditions));
        }
        return new SeccompProfile(
                action(seccomp.defaultAction()),
                optional(seccomp.defaultErrnoRet()),
                seccomp.architectures().stream().map(SeccompDocument::arch).toList(),
                flags(seccomp.flags()),
                rules);
    }

    private static ArgCondition condition(Seccomp.Arg arg) {
        return new ArgCondition(
                arg.index(),
                arg.value().longValue(),
                arg.valueTwo().longValue(),
                ArgCondition.Operator.named(arg.op())
                        .orElseThrow(() -> invalid("operator", arg.op())));
    }

    private static OptionalInt optional(Optional<Integer> value) {
        return value.isPresent() ? OptionalInt.of(value.get()) : OptionalInt.empty();
    }

    private static SeccompAction action(String name) {
        return SeccompAction.named(name).orElseThrow(() -> invalid("action", name));
    }

    private static SeccompArch arch(String name) {
        return SeccompArch.named(name).orElseThrow(() -> invalid("arch", name));
    }

    private static Set<SeccompFlag> flags(List<String> names) {
        Set<SeccompFlag> flags = EnumSet.noneOf(SeccompFlag.class);
        for (String name : names) {
            flags.add(
                    SeccompFlag.named(name)
                            .orElseThrow(() ->
                                    SampanException.invalid(
                                            "seccomp flag " + name + " is not known to runc")));
        }
        return flags;
    }

    private static SampanException invalid(String what, String name) {
        return SampanException.invalid(
                "string " + name + " is not a valid " + what + " for seccomp");
    }
}

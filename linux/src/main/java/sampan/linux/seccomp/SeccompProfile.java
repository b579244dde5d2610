package sampan.linux.seccomp;

import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import sampan.errors.SampanException;

/// A complete filter: what happens to every call.
///
/// @param defaultAction for calls that no rule names
/// @param defaultErrno for a default of [SeccompAction#ERRNO] or [SeccompAction#TRACE]; EPERM where
///   empty
/// @param architectures for which the rules hold, calls by another ABI kill; empty for that of this
///   machine alone
public record SeccompProfile(
        SeccompAction defaultAction,
        OptionalInt defaultErrno,
        List<SeccompArch> architectures,
        Set<SeccompFlag> flags,
        List<SyscallRule> rules) {
    /// @throws SampanException INVALID for a profile that notifies by default or about `write`,
    ///   with which the process could never hand over its listener
    public SeccompProfile {
        architectures = List.copyOf(architectures);
        flags = Set.copyOf(flags);
        rules = List.copyOf(rules);
        SyscallRule.checkErrno(defaultErrno);
        if (defaultAction == SeccompAction.NOTIFY) {
            throw SampanException.invalid("SCMP_ACT_NOTIFY cannot be used as default action");
        }
        for (SyscallRule rule : rules) {
            if (rule.action() == SeccompAction.NOTIFY && rule.names().contains("write")) {
                throw SampanException.invalid(
                        "SCMP_ACT_NOTIFY cannot be used for the write syscall");
            }
        }
    }

    /// Whether a supervisor has to get a listener descriptor.
    public boolean notifies() {
        return rules.stream().anyMatch(rule -> rule.action() == SeccompAction.NOTIFY);
    }
}

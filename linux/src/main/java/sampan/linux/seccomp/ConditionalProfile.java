package sampan.linux.seccomp;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import sampan.linux.capabilities.Capability;
import sampan.linux.capabilities.CapabilitySet;

/// A profile whose rules depend on where it is used: the form of Docker's profile files.
///
/// @param architectures as in [SeccompProfile]; not both this and archMap
/// @param archMap the machine's ABI with the ABIs that count besides; a machine that is missing
///   here gets its own alone
public record ConditionalProfile(
        SeccompAction defaultAction,
        OptionalInt defaultErrno,
        List<SeccompArch> architectures,
        Map<SeccompArch, List<SeccompArch>> archMap,
        Set<SeccompFlag> flags,
        List<ConditionalRule> rules) {
    public ConditionalProfile {
        architectures = List.copyOf(architectures);
        archMap = Map.copyOf(archMap);
        flags = Set.copyOf(flags);
        rules = List.copyOf(rules);
    }

    /// When a rule counts: everything of `includes` holds and nothing of `excludes`.
    public record ConditionalRule(SyscallRule rule, Condition includes, Condition excludes) {
        public static ConditionalRule always(SyscallRule rule) {
            return new ConditionalRule(rule, Condition.NONE, Condition.NONE);
        }
    }

    /// @param capabilities for includes all of them; for excludes any one
    /// @param arches [SeccompArch#conditionName] of the machine: any one
    /// @param minKernel this one or newer
    public record Condition(
            CapabilitySet capabilities, Set<String> arches, Optional<KernelVersion> minKernel) {
        public static final Condition NONE =
                new Condition(CapabilitySet.NONE, Set.of(), Optional.empty());

        public Condition {
            arches = Set.copyOf(arches);
        }

        public static Condition capability(Capability capability) {
            return new Condition(CapabilitySet.of(capability), Set.of(), Optional.empty());
        }

        public static Condition arches(String... names) {
            return new Condition(CapabilitySet.NONE, Set.of(names), Optional.empty());
        }

        boolean holds(CapabilitySet has, SeccompArch arch, KernelVersion kernel) {
            return has.containsAll(capabilities)
                    && (arches.isEmpty() || arches.contains(arch.conditionName()))
                    && (minKernel.isEmpty() || kernel.compareTo(minKernel.get()) >= 0);
        }

        boolean touches(CapabilitySet has, SeccompArch arch, KernelVersion kernel) {
            return !has.intersect(capabilities).isEmpty()
                    || arches.contains(arch.conditionName())
                    || (minKernel.isPresent() && kernel.compareTo(minKernel.get()) >= 0);
        }
    }

    /// The profile for a process with these capabilities (its bounding set, as the field has it) on
    /// this machine and kernel.
    public SeccompProfile resolve(CapabilitySet has, SeccompArch arch, KernelVersion kernel) {
        List<SyscallRule> chosen = new ArrayList<>();
        for (ConditionalRule each : rules) {
            if (each.includes.holds(has, arch, kernel)
                    && !each.excludes.touches(has, arch, kernel)) {
                chosen.add(each.rule);
            }
        }
        List<SeccompArch> abis = new ArrayList<>(architectures);
        if (!archMap.isEmpty()) {
            abis.add(arch);
            abis.addAll(archMap.getOrDefault(arch, List.of()));
        }
        return new SeccompProfile(
                defaultAction, defaultErrno, abis.stream().distinct().toList(), flags, chosen);
    }
}

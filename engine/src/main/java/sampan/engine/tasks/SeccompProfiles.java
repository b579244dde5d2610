package sampan.engine.tasks;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import sampan.errors.SampanException;
import sampan.linux.capabilities.CapabilitySet;
import sampan.linux.seccomp.ArgCondition;
import sampan.linux.seccomp.ConditionalProfile;
import sampan.linux.seccomp.ConditionalProfile.Condition;
import sampan.linux.seccomp.ConditionalProfile.ConditionalRule;
import sampan.linux.seccomp.KernelVersion;
import sampan.linux.seccomp.SeccompAction;
import sampan.linux.seccomp.SeccompArch;
import sampan.linux.seccomp.SeccompFlag;
import sampan.linux.seccomp.SyscallRule;
import sampan.oci.json.Json;

/// Reads a seccomp profile in Docker's JSON form (moby, `profiles/seccomp`): the OCI form with
/// conditions on capabilities, machines and kernels.
final class SeccompProfiles {
    private record Document(
            @Nullable String defaultAction,
            @Nullable Integer defaultErrnoRet,
            @Nullable List<String> architectures,
            @Nullable List<ArchMap> archMap,
            @Nullable List<String> flags,
            @Nullable List<Rule> syscalls) {}

    private record ArchMap(String architecture, @Nullable List<String> subArchitectures) {}

    private record Rule(
            @Nullable String name,
            @Nullable List<String> names,
            @Nullable String action,
            @Nullable Integer errnoRet,
            @Nullable List<Arg> args,
            @Nullable Conditions includes,
            @Nullable Conditions excludes) {}

    private record Arg(
            int index,
            @Nullable BigInteger value,
            @Nullable BigInteger valueTwo,
            @Nullable String op) {}

    private record Conditions(
            @Nullable List<String> caps,
            @Nullable List<String> arches,
            @JsonProperty("minKernel") @Nullable String minKernel) {}

    private SeccompProfiles() {}

    /// INVALID, with the place, for what is no profile.
    static ConditionalProfile read(String text) {
        Document document;
        try {
            document = Json.read(text.getBytes(StandardCharsets.UTF_8), Document.class);
        } catch (SampanException e) {
            throw new SampanException(
                    e.code(), "Decoding seccomp profile failed: " + e.getMessage(), e);
        }
        if (document.architectures() != null
                && document.archMap() != null
                && !document.architectures().isEmpty()
                && !document.archMap().isEmpty()) {
            throw SampanException.invalid(
                    "both 'architectures' and 'archMap' are specified in the seccomp profile, use"
                            + " only one");
        }
        List<ConditionalRule> rules = new ArrayList<>();
        for (Rule rule : list(document.syscalls())) {
            rules.add(rule(rule));
        }
        return new ConditionalProfile(
                action(document.defaultAction()),
                errno(document.defaultErrnoRet()),
                list(document.architectures()).stream().map(SeccompProfiles::arch).toList(),
                archMap(list(document.archMap())),
                flags(list(document.flags())),
                rules);
    }

    private static <T> List<T> list(@Nullable List<T> list) {
        return list == null ? List.of() : list;
    }

    private static OptionalInt errno(@Nullable Integer value) {
        return value == null ? OptionalInt.empty() : OptionalInt.of(value);
    }

    private static ConditionalRule rule(Rule rule) {
        List<String> names = new ArrayList<>(list(rule.names()));
        if (rule.name() != null && !rule.name().isEmpty()) {
            if (!names.isEmpty()) {
                throw SampanException.invalid(
                        "both 'name' and 'names' are specified in the seccomp profile, use only"
                                + " one");
            }
            names.add(rule.name());
        }
        List<ArgCondition> args = new ArrayList<>();
        for (Arg arg : list(rule.args())) {
            args.add(arg(arg));
        }
        return new ConditionalRule(
                new SyscallRule(names, action(rule.action()), errno(rule.errnoRet()), args),
                condition(rule.includes()),
                condition(rule.excludes()));
    }

    private static ArgCondition arg(Arg arg) {
        String name = arg.op() == null ? "" : arg.op();
        ArgCondition.Operator operator =
                ArgCondition.Operator.named(name)
                        .orElseThrow(() ->
                                SampanException.invalid(
                                        "seccomp operator \"" + name + "\" is unknown"));
        return new ArgCondition(arg.index(), number(arg.value()), number(arg.valueTwo()), operator);
    }

    private static long number(@Nullable BigInteger value) {
        return value == null ? 0 : value.longValue();
    }

    private static Condition condition(@Nullable Conditions conditions) {
        if (conditions == null) {
            return Condition.NONE;
        }
        return new Condition(
                CapabilitySet.parse(list(conditions.caps())),
                new HashSet<>(list(conditions.arches())),
                Optional.ofNullable(conditions.minKernel()).map(KernelVersion::parse));
    }

    private static SeccompAction action(@Nullable String name) {
        return Optional.ofNullable(name)
                .flatMap(SeccompAction::named)
                .orElseThrow(() ->
                        SampanException.invalid("seccomp action \"" + name + "\" is unknown"));
    }

    private static SeccompArch arch(String name) {
        return SeccompArch.named(name)
                .orElseThrow(() ->
                        SampanException.invalid(
                                "seccomp architecture \"" + name + "\" is unknown"));
    }

    private static Map<SeccompArch, List<SeccompArch>> archMap(List<ArchMap> entries) {
        Map<SeccompArch, List<SeccompArch>> map = new HashMap<>();
        for (ArchMap entry : entries) {
            map.put(
                    arch(entry.architecture()),
                    list(entry.subArchitectures()).stream().map(SeccompProfiles::arch).toList());
        }
        return map;
    }

    private static Set<SeccompFlag> flags(List<String> names) {
        Set<SeccompFlag> flags = EnumSet.noneOf(SeccompFlag.class);
        for (String name : names) {
            flags.add(
                    SeccompFlag.named(name)
                            .orElseThrow(() ->
                                    SampanException.invalid(
                                            "seccomp flag \"" + name + "\" is unknown")));
        }
        return flags;
    }
}

package sampan.engine.containers;

import java.util.Optional;
import sampan.errors.SampanException;

/// The words of `--security-opt`, understood.
///
/// @param seccomp absent: the default profile; `unconfined`: none; else a profile's JSON text
/// @param systemPathsUnconfined nothing of /proc and /sys is masked
/// @param writableCgroups its own cgroup below /sys/fs/cgroup may be changed from inside
public record SecurityOptions(
        Optional<String> seccomp,
        boolean noNewPrivileges,
        boolean systemPathsUnconfined,
        boolean writableCgroups) {

    /// INVALID for an option that no engine knows.
    public static SecurityOptions parse(SecuritySpec spec) {
        Optional<String> seccomp = Optional.empty();
        boolean noNewPrivileges = false;
        boolean unconfined = false;
        boolean writableCgroups = false;
        for (String option : spec.options()) {
            int split = split(option);
            String name = split < 0 ? option : option.substring(0, split);
            String value = split < 0 ? "" : option.substring(split + 1);
            switch (name) {
                case "no-new-privileges" -> noNewPrivileges = split < 0 || truth(option, value);
                case "systempaths" -> {
                    if (!value.equals("unconfined")) {
                        throw invalid(option);
                    }
                    unconfined = true;
                }
                case "seccomp" ->
                        seccomp = value.equals("builtin") ? Optional.empty() : Optional.of(value);
                case "apparmor", "label" -> {
                    if (split < 0) {
                        throw invalid(option);
                    }
                }
                case "writable-cgroups" -> writableCgroups = truth(option, value);
                default -> throw invalid(option);
            }
        }
        return new SecurityOptions(seccomp, noNewPrivileges, unconfined, writableCgroups);
    }

    // Old clients write `label:disable` for `label=disable`.
    private static int split(String option) {
        int equals = option.indexOf('=');
        return equals >= 0 ? equals : option.indexOf(':');
    }

    private static boolean truth(String option, String value) {
        return switch (value) {
            case "true", "1" -> true;
            case "false", "0" -> false;
            default -> throw invalid(option);
        };
    }

    private static SampanException invalid(String option) {
        return SampanException.invalid("invalid --security-opt 2: \"" + option + "\"");
    }
}

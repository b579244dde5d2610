package sampan.engine.tasks;

import java.util.List;
import java.util.Locale;
import sampan.engine.containers.SecuritySpec;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.capabilities.CapabilitySet;

/// Which capabilities a container has: the default ones, all with `--privileged` or `--cap-add
/// ALL`, less what was dropped; what is added by name wins over what is dropped.
final class SpecCapabilities {
    private SpecCapabilities() {}

    /// INVALID for a name that is none, or one that the daemon itself does not have.
    ///
    /// @param available what the daemon may give
    static CapabilitySet of(SecuritySpec security, CapabilitySet available) {
        if (security.privileged()) {
            return available;
        }
        CapabilitySet added = parse("CapAdd", security.capAdd());
        requireAvailable(added, available);
        boolean allDropped = all(security.capDrop());
        CapabilitySet dropped = parse("CapDrop", security.capDrop());
        if (all(security.capAdd())) {
            return available.without(dropped).with(added);
        }
        CapabilitySet base =
                allDropped ? CapabilitySet.NONE : CapabilitySet.DEFAULT.intersect(available);
        return base.without(dropped).with(added);
    }

    private static CapabilitySet parse(String field, List<String> names) {
        try {
            return CapabilitySet.parse(named(names));
        } catch (SampanException e) {
            throw new SampanException(
                    ErrorCode.INVALID, "invalid " + field + ": " + e.getMessage(), e);
        }
    }

    private static void requireAvailable(CapabilitySet wanted, CapabilitySet available) {
        CapabilitySet missing = wanted.without(available);
        if (!missing.isEmpty()) {
            throw SampanException.invalid(
                    "capability not supported by your kernel or not available in the current"
                            + " environment: \""
                            + missing.names().getFirst()
                            + "\"");
        }
    }

    private static boolean all(List<String> names) {
        return names.stream().anyMatch(SpecCapabilities::isAll);
    }

    private static List<String> named(List<String> names) {
        return names.stream().filter(n -> !isAll(n)).toList();
    }

    private static boolean isAll(String name) {
        String upper = name.toUpperCase(Locale.ROOT);
        return upper.equals("ALL") || upper.equals("CAP_ALL");
    }
}

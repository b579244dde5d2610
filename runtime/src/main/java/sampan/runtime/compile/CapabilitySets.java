package sampan.runtime.compile;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import sampan.linux.capabilities.Capability;
import sampan.oci.spec.Capabilities;
import sampan.runtime.plan.PlanWriter;

/// The five sets as masks. Names that no kernel knows are left out with a warning, as runc does.
record CapabilitySets(
        long bounding, long effective, long inheritable, long permitted, long ambient) {
    private static final Map<String, Capability> BY_NAME = byName();

    static CapabilitySets of(Capabilities names, PlanWriter plan) {
        TreeSet<String> unknown = new TreeSet<>();
        CapabilitySets sets =
                new CapabilitySets(
                        mask(names.bounding(), unknown),
                        mask(names.effective(), unknown),
                        mask(names.inheritable(), unknown),
                        mask(names.permitted(), unknown),
                        mask(names.ambient(), unknown));
        if (!unknown.isEmpty()) {
            plan.warn("ignoring unknown or unavailable capabilities: " + unknown);
        }
        return sets;
    }

    private static long mask(List<String> names, TreeSet<String> unknown) {
        long mask = 0;
        for (int i = 0; i < names.size(); i++) {
            Capability capability = BY_NAME.get(names.get(i));
            if (capability == null) {
                unknown.add(names.get(i));
            } else {
                mask |= capability.bit();
            }
        }
        return mask;
    }

    private static Map<String, Capability> byName() {
        Map<String, Capability> names = new HashMap<>();
        for (Capability capability : Capability.values()) {
            names.put(capability.name(), capability);
        }
        return Map.copyOf(names);
    }
}

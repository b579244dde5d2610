package sampan.linux.cgroups;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import sampan.errors.SampanException;

/// What a list of device rules comes to, in the form that both versions know: everything is allowed
/// (or denied) except what is listed.
///
/// @param allowByDefault what holds for devices that no exception names
/// @param exceptions to the default: accesses denied where all is allowed, allowed where not
record DevicePolicy(boolean allowByDefault, Map<Device, Integer> exceptions) {
    /// The devices that an exception names; -1 stands for any number.
    record Device(DeviceRule.Type type, long major, long minor) {
        static final Comparator<Device> ORDER =
                Comparator.comparing(Device::type)
                        .thenComparingLong(Device::major)
                        .thenComparingLong(Device::minor);

        boolean contains(Device other) {
            return type == other.type
                    && (major == ANY || major == other.major)
                    && (minor == ANY || minor == other.minor);
        }

        boolean overlaps(Device other) {
            return type == other.type
                    && (major == ANY || other.major == ANY || major == other.major)
                    && (minor == ANY || other.minor == ANY || minor == other.minor);
        }

        DeviceRule rule(boolean allow, int access) {
            return new DeviceRule(allow, type, number(major), number(minor), access);
        }

        private static OptionalLong number(long number) {
            return number == ANY ? OptionalLong.empty() : OptionalLong.of(number);
        }
    }

    static final long ANY = -1;

    DevicePolicy {
        Map<Device, Integer> sorted = new TreeMap<>(Device.ORDER);
        sorted.putAll(exceptions);
        exceptions = Collections.unmodifiableMap(sorted);
    }

    /// What a new cgroup below an unrestricted one has.
    static DevicePolicy unrestricted() {
        return new DevicePolicy(true, Map.of());
    }

    /// What these rules come to, applied in order to a cgroup that denies everything.
    ///
    /// @throws SampanException INVALID for a rule that the kernel cannot express: one that takes
    ///   back a part of what a rule with `*` gave
    static DevicePolicy of(List<DeviceRule> rules) {
        boolean allowByDefault = false;
        Map<Device, Integer> exceptions = new TreeMap<>(Device.ORDER);
        for (DeviceRule rule : rules) {
            if (rule.type() == DeviceRule.Type.ALL) {
                allowByDefault = rule.allow();
                exceptions.clear();
            } else if (rule.allow() != allowByDefault) {
                exceptions.merge(device(rule), rule.access(), (a, b) -> a | b);
            } else {
                takeBack(exceptions, rule);
            }
        }
        return new DevicePolicy(allowByDefault, exceptions);
    }

    private static Device device(DeviceRule rule) {
        return new Device(rule.type(), rule.major().orElse(ANY), rule.minor().orElse(ANY));
    }

    private static void takeBack(Map<Device, Integer> exceptions, DeviceRule rule) {
        Device device = device(rule);
        for (Device listed : List.copyOf(exceptions.keySet())) {
            int both = exceptions.getOrDefault(listed, 0) & rule.access();
            if (both == 0 || !listed.overlaps(device)) {
                continue;
            }
            if (!device.contains(listed)) {
                throw SampanException.invalid(
                        "device rule \""
                                + rule
                                + "\" takes back a part of \""
                                + listed.rule(rule.allow(), both)
                                + "\": the kernel has no form for that; name the devices one by one");
            }
            exceptions.computeIfPresent(
                    listed, (d, access) -> access == both ? null : access & ~both);
        }
    }

    /// The policy that devices.list of version 1 shows. A cgroup that allows everything shows the
    /// one line `a *:* rwm`, whatever it denies besides: the kernel does not tell.
    static DevicePolicy parse(String list) {
        List<String> lines = list.lines().toList();
        Map<Device, Integer> exceptions = new TreeMap<>(Device.ORDER);
        for (String line : lines) {
            String[] parts = line.split("[ :]", -1);
            if (parts.length != 4) {
                throw new IllegalStateException("devices.list has the line \"" + line + "\"");
            }
            if (parts[0].equals("a")) {
                return unrestricted();
            }
            DeviceRule.Type type =
                    parts[0].equals("c") ? DeviceRule.Type.CHARACTER : DeviceRule.Type.BLOCK;
            exceptions.merge(
                    new Device(type, number(parts[1]), number(parts[2])),
                    DeviceRule.access(parts[3]),
                    (a, b) -> a | b);
        }
        return new DevicePolicy(false, exceptions);
    }

    private static long number(String text) {
        return text.equals("*") ? ANY : Long.parseLong(text);
    }

    /// The rules that bring a cgroup of version 1 with this policy to the other one without a
    /// moment in which it denies what both allow (where both have the same default).
    List<DeviceRule> transition(DevicePolicy target) {
        List<DeviceRule> steps = new ArrayList<>();
        Map<Device, Integer> present = exceptions;
        // What a cgroup that allows all denies besides cannot be read, so that one starts afresh.
        if (allowByDefault || target.allowByDefault) {
            steps.add(target.allowByDefault ? DeviceRule.ALLOW_ALL : DeviceRule.DENY_ALL);
            present = Map.of();
        }
        for (Map.Entry<Device, Integer> fresh : target.exceptions.entrySet()) {
            int missing = fresh.getValue() & ~present.getOrDefault(fresh.getKey(), 0);
            if (missing != 0) {
                steps.add(fresh.getKey().rule(!target.allowByDefault, missing));
            }
        }
        for (Map.Entry<Device, Integer> old : present.entrySet()) {
            int obsolete = old.getValue() & ~target.exceptions.getOrDefault(old.getKey(), 0);
            if (obsolete != 0) {
                steps.add(old.getKey().rule(target.allowByDefault, obsolete));
            }
        }
        return steps;
    }
}

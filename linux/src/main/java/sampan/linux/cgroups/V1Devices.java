package sampan.linux.cgroups;

import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;

/// The device filter of version 1: devices.allow and devices.deny.
final class V1Devices {
    private V1Devices() {}

    /// Brings the filter to that policy.
    ///
    /// @param fresh the cgroup is new: it starts from deny or allow all, unread
    static void apply(CgroupNode node, DevicePolicy policy, boolean fresh) {
        DevicePolicy present =
                fresh
                        ? DevicePolicy.unrestricted()
                        : DevicePolicy.parse(node.readOrThrow("devices.list"));
        try (Fd allow = node.openOrThrow("devices.allow", Open.WRONLY);
                Fd deny = node.openOrThrow("devices.deny", Open.WRONLY)) {
            for (DeviceRule rule : present.transition(policy)) {
                String value = rule.type() == DeviceRule.Type.ALL ? "a" : rule.toString();
                int errno = CgroupNode.tryWrite(rule.allow() ? allow : deny, value);
                if (errno != 0) {
                    throw node.refused(
                            "device rule",
                            rule.allow() ? "devices.allow" : "devices.deny",
                            value,
                            errno);
                }
            }
        }
    }
}

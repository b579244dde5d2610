package sampan.runtime.lifecycle;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import sampan.errors.SampanException;
import sampan.linux.netlink.Link;
import sampan.linux.netlink.LinkAddress;
import sampan.linux.netlink.NetNamespace;
import sampan.linux.netlink.RouteBatch;
import sampan.linux.netlink.RouteSocket;
import sampan.oci.spec.Linux;
import sampan.oci.spec.Namespace;

/// `linux.netDevices`: devices of the caller's network namespace that become the container's, with
/// their addresses as far as those do not depend on where they are.
final class NetDevices {
    private static final int NAME_BYTES_MAX = 15;
    private static final Pattern NAME = Pattern.compile("[^/:\\s\\p{Cntrl}]+");

    private NetDevices() {}

    /// Refuses in runc's words what cannot be.
    static void check(Linux linux) {
        if (linux.netDevices().isEmpty()) {
            return;
        }
        if (linux.namespace(Namespace.NETWORK).isEmpty()) {
            throw SampanException.invalid("unable to move network devices without a NET namespace");
        }
        linux.netDevices()
                .forEach((name, device) -> {
                    checkName(name);
                    if (!device.name().isEmpty()) {
                        checkName(device.name());
                    }
                });
    }

    private static void checkName(String name) {
        boolean valid =
                name.length() <= NAME_BYTES_MAX
                        && !name.equals(".")
                        && !name.equals("..")
                        && NAME.matcher(name).matches();
        if (!valid) {
            throw SampanException.invalid("invalid network device name \"" + name + "\"");
        }
    }

    /// Moves them all, one after the other.
    ///
    /// @param caller a process in the namespace where they are
    /// @param container where they go
    static void move(Map<String, Linux.NetDevice> devices, int caller, NetNamespace container) {
        try (NetNamespace host = NetNamespace.ofProcess(caller);
                RouteSocket from = RouteSocket.openIn(host);
                RouteSocket to = RouteSocket.openIn(container)) {
            devices.forEach((name, device) -> {
                String inside = device.name().isEmpty() ? name : device.name();
                Link link =
                        from.link(name)
                                .orElseThrow(() ->
                                        SampanException.invalid(
                                                "moving network device "
                                                        + name
                                                        + ": Link not found"));
                List<LinkAddress> addresses =
                        from.addresses().stream()
                                .filter(a -> a.device() == link.index())
                                .filter(a -> a.permanent() && a.global())
                                .toList();
                // One request: a name that is taken there leaves the device as it was.
                from.batch()
                        .move(link.index(), container, inside)
                        .send("moving network device " + name);
                settle(to, inside, addresses);
            });
        }
    }

    private static void settle(RouteSocket home, String name, List<LinkAddress> addresses) {
        int index =
                home.link(name)
                        .orElseThrow(() ->
                                SampanException.invalid(
                                        "network device " + name + " is gone after its move"))
                        .index();
        RouteBatch batch = home.batch();
        addresses.forEach(a -> batch.address(index, a.address(), a.prefix()));
        batch.up(index).send("network device " + name + " in the container");
    }
}

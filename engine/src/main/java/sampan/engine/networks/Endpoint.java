package sampan.engine.networks;

import java.net.Inet4Address;
import sampan.linux.netlink.MacAddress;

/// A container's attachment to a network.
///
/// @param id 64 hexadecimal digits
/// @param containerId whose it is
/// @param networkId to which network
/// @param address the container's
/// @param prefix length of the network's subnet in bits
/// @param gateway the default route's next hop
/// @param mac of the container's end of the link
/// @param hostLink name of the host's end
public record Endpoint(
        String id,
        String containerId,
        String networkId,
        Inet4Address address,
        int prefix,
        Inet4Address gateway,
        MacAddress mac,
        String hostLink) {}

package sampan.linux.nftables;

import java.net.Inet4Address;

/// Where a published port leads.
///
/// @param address of the container
/// @param port 1 to 65535
public record PortTarget(Inet4Address address, int port) {
    public PortTarget {
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("port " + port);
        }
    }
}

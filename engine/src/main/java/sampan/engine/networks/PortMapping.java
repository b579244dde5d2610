package sampan.engine.networks;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/// A port of the host that leads to one of a container, as it is in force.
///
/// @param hostAddress as in [PortRequest]
/// @param hostPort 1 to 65535
/// @param containerPort 1 to 65535
public record PortMapping(
        Protocol protocol, Optional<InetAddress> hostAddress, int hostPort, int containerPort) {

    /// The host's addresses as inspect and ps show them: a port on all addresses shows for both
    /// families.
    public List<String> shownAddresses() {
        return hostAddress
                .map(address -> List.of(AddressText.of(address)))
                .orElse(List.of("0.0.0.0", "::"));
    }

    /// The same wish again, for after a restart.
    public PortRequest request() {
        return new PortRequest(protocol, hostAddress, hostPort, hostPort, containerPort);
    }

    /// The host's side as error messages have it, like `0.0.0.0:8080` or `[::1]:53`.
    public String shownHost() {
        return shownHost(hostAddress, hostPort);
    }

    static String shownHost(Optional<InetAddress> address, int port) {
        String host = address.map(AddressText::of).orElse("0.0.0.0");
        return host.indexOf(':') < 0 ? host + ":" + port : "[" + host + "]:" + port;
    }
}

package sampan.engine.containers;

import java.util.List;
import java.util.Map;

/// How the container is connected.
///
/// @param mode `default`, `bridge`, `none`, `host`, `container:ID` or a network's name
/// @param disabled no network interfaces at all but loopback (NetworkDisabled)
/// @param exposedPorts PORT/PROTOCOL
/// @param portBindings PORT/PROTOCOL to where it is published
/// @param publishAll every exposed port gets a free host port
/// @param extraHosts NAME:ADDRESS, address `host-gateway` for the host
/// @param address requested IPv4 address, or empty
public record NetworkSpec(
        String mode,
        boolean disabled,
        List<String> exposedPorts,
        Map<String, List<PortBinding>> portBindings,
        boolean publishAll,
        List<String> dns,
        List<String> dnsOptions,
        List<String> dnsSearch,
        List<String> extraHosts,
        String macAddress,
        String address,
        List<String> aliases,
        List<String> links) {

    /// @param hostAddress empty: all addresses
    /// @param hostPort a port, a range `8000-8010`, or empty for a free one
    public record PortBinding(String hostAddress, String hostPort) {}
}

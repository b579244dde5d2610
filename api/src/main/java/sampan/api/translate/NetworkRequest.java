package sampan.api.translate;

import static sampan.api.translate.Values.each;
import static sampan.api.translate.Values.list;
import static sampan.api.translate.Values.set;
import static sampan.api.translate.Values.text;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import sampan.api.wire.ContainerConfig;
import sampan.api.wire.EndpointIpam;
import sampan.api.wire.EndpointSettings;
import sampan.api.wire.HostConfig;
import sampan.api.wire.NetworkingConfig;
import sampan.api.wire.PortBinding;
import sampan.engine.containers.NetworkSpec;
import sampan.errors.SampanException;

/// How a new container is connected: the three networks that every engine has, or another
/// container's. A network that is missing is INVALID, not NOT_FOUND: clients take a create that
/// finds nothing for a missing image, and pull it.
final class NetworkRequest {
    private static final List<String> MODES = List.of("default", "bridge", "none", "host");

    private NetworkRequest() {}

    static NetworkSpec read(
            ContainerConfig config, HostConfig host, @Nullable NetworkingConfig networking) {
        String mode = text(host.networkMode());
        if (!mode.isEmpty() && !MODES.contains(mode) && !joins(mode)) {
            throw SampanException.invalid("network " + mode + " not found");
        }
        if (!list("Links", host.links()).isEmpty()) {
            throw SampanException.invalid("links are not supported yet");
        }
        String mac = text(config.macAddress());
        if (!mac.isEmpty() && !mac.matches("[0-9a-fA-F]{2}([:-][0-9a-fA-F]{2}){5}")) {
            throw SampanException.invalid(
                    "invalid config for network "
                            + (mode.isEmpty() || mode.equals("default") ? "bridge" : mode)
                            + ": invalid MAC address "
                            + mac);
        }
        String endpointMac = endpoints(mode, networking);
        if (!mac.isEmpty() && !endpointMac.isEmpty() && !mac.equalsIgnoreCase(endpointMac)) {
            throw SampanException.invalid(
                    "the container-wide MAC address must match the endpoint-specific MAC address for"
                            + " the main network, or be left empty");
        }
        return new NetworkSpec(
                mode.isEmpty() ? "default" : mode,
                config.networkDisabled(),
                ports(set("ExposedPorts", config.exposedPorts())),
                bindings(host.portBindings()),
                host.publishAllPorts(),
                list("Dns", host.dns()),
                list("DnsOptions", host.dnsOptions()),
                list("DnsSearch", host.dnsSearch()),
                list("ExtraHosts", host.extraHosts()),
                mac.isEmpty() ? endpointMac : mac,
                "",
                List.of(),
                List.of());
    }

    private static boolean joins(String mode) {
        return mode.startsWith("container:") && mode.length() > "container:".length();
    }

    /// Returns the MAC address that the endpoint asks for; refuses what only a network of the
    /// user's own could give.
    private static String endpoints(String mode, @Nullable NetworkingConfig networking) {
        if (networking == null || networking.endpointsConfig() == null) {
            return "";
        }
        String mac = "";
        for (Map.Entry<String, @Nullable EndpointSettings> entry :
                networking.endpointsConfig().entrySet()) {
            String name = entry.getKey();
            if (!sameNetwork(mode, name)) {
                throw MODES.contains(name)
                        ? SampanException.invalid(
                                "container cannot be connected to both " + mode + " and " + name)
                        : SampanException.invalid("network " + name + " not found");
            }
            EndpointSettings endpoint = entry.getValue();
            if (endpoint == null) {
                continue;
            }
            refuseUserDefined(endpoint);
            mac = text(endpoint.macAddress());
        }
        return mac;
    }

    private static boolean sameNetwork(String mode, String name) {
        return mode.equals(name) || (bridge(mode) && bridge(name));
    }

    private static boolean bridge(String name) {
        return name.isEmpty() || name.equals("default") || name.equals("bridge");
    }

    private static void refuseUserDefined(EndpointSettings endpoint) {
        EndpointIpam ipam = endpoint.ipamConfig();
        if (ipam != null
                && !(text(ipam.ipv4Address()).isEmpty()
                        && text(ipam.ipv6Address()).isEmpty()
                        && list("LinkLocalIPs", ipam.linkLocalIPs()).isEmpty())) {
            throw SampanException.invalid(
                    "user specified IP address is supported on user defined networks only");
        }
        if (!list("Aliases", endpoint.aliases()).isEmpty()) {
            throw SampanException.invalid(
                    "network-scoped alias is supported only for containers in user defined"
                            + " networks");
        }
        if (!list("Links", endpoint.links()).isEmpty()) {
            throw SampanException.invalid("links are not supported yet");
        }
        if (endpoint.driverOpts() != null && !endpoint.driverOpts().isEmpty()) {
            throw SampanException.invalid("DriverOpts of an endpoint are not supported yet");
        }
        if (endpoint.gwPriority() != 0) {
            throw SampanException.invalid("GwPriority is not supported yet");
        }
    }

    /// Ports with their protocol, lower case; ranges are spread out as Docker's daemon does.
    private static List<String> ports(List<String> given) {
        List<String> ports = new ArrayList<>();
        for (String port : given) {
            ports.addAll(spread(port));
        }
        return List.copyOf(ports);
    }

    private static List<String> spread(String text) {
        int slash = text.indexOf('/');
        String protocol =
                slash < 0 ? "tcp" : text.substring(slash + 1).toLowerCase(java.util.Locale.ROOT);
        String[] range = (slash < 0 ? text : text.substring(0, slash)).split("-", 2);
        int first = port(text, range[0]);
        int last = range.length == 2 ? port(text, range[1]) : first;
        if (last < first || !List.of("tcp", "udp", "sctp").contains(protocol)) {
            throw SampanException.invalid("invalid port specification: \"" + text + "\"");
        }
        List<String> ports = new ArrayList<>();
        for (int port = first; port <= last; port++) {
            ports.add(port + "/" + protocol);
        }
        return ports;
    }

    private static int port(String text, String digits) {
        if (!digits.matches("[0-9]{1,5}") || Integer.parseInt(digits) > 65_535) {
            throw SampanException.invalid("invalid port specification: \"" + text + "\"");
        }
        return Integer.parseInt(digits);
    }

    private static Map<String, List<NetworkSpec.PortBinding>> bindings(
            @Nullable Map<String, @Nullable List<@Nullable PortBinding>> wire) {
        if (wire == null) {
            return Map.of();
        }
        Map<String, List<NetworkSpec.PortBinding>> result = new LinkedHashMap<>();
        for (Map.Entry<String, @Nullable List<@Nullable PortBinding>> entry : wire.entrySet()) {
            List<String> ports = spread(entry.getKey());
            if (ports.size() != 1) {
                throw SampanException.invalid(
                        "invalid port specification: \"" + entry.getKey() + "\"");
            }
            result.put(
                    ports.getFirst(),
                    each("PortBindings", entry.getValue()).stream()
                            .map(b ->
                                    new NetworkSpec.PortBinding(
                                            text(b.hostIp()), text(b.hostPort())))
                            .toList());
        }
        return Collections.unmodifiableMap(result);
    }
}

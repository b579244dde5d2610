package sampan.engine.networks;

import java.net.InetAddress;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import sampan.errors.SampanException;

/// A wish to have a container's port led to from the host.
///
/// @param hostAddress address of the host that it is published on; empty means all, of IPv4 and
///   IPv6; 0.0.0.0 all of IPv4, :: all of IPv6
/// @param firstPort lowest host port that will do; 0 together with `lastPort` 0 means any free one
/// @param lastPort highest host port that will do
/// @param containerPort 1 to 65535
public record PortRequest(
        Protocol protocol,
        Optional<InetAddress> hostAddress,
        int firstPort,
        int lastPort,
        int containerPort) {
    private static final int MAX_PORT = 65_535;
    private static final Pattern CONTAINER = Pattern.compile("(\\d{1,5})(?:/([a-zA-Z]+))?");
    private static final Pattern HOST = Pattern.compile("(\\d{1,5})(?:-(\\d{1,5}))?");

    public PortRequest {
        if (containerPort < 1 || containerPort > MAX_PORT) {
            throw SampanException.invalid(
                    "container port " + containerPort + " is not between 1 and " + MAX_PORT);
        }
        if (firstPort < 0 || lastPort > MAX_PORT || lastPort < firstPort) {
            throw SampanException.invalid(
                    "host port "
                            + firstPort
                            + "-"
                            + lastPort
                            + " is not a port or rising range between 1 and "
                            + MAX_PORT);
        }
        if (firstPort == 0 && lastPort != 0) {
            throw SampanException.invalid("host port range must not begin with 0");
        }
    }

    /// From the words of the Docker API.
    ///
    /// @param container PORT or PORT/PROTOCOL, TCP where nothing is said
    /// @param hostAddress an address, IPv6 with or without brackets, or empty
    /// @param hostPort a port, a range `8000-8010`, or empty or `0` for any free one
    public static PortRequest parse(String container, String hostAddress, String hostPort) {
        Matcher port = CONTAINER.matcher(container);
        if (!port.matches()) {
            throw SampanException.invalid(
                    "container port '" + container + "' is not like 80 or 80/tcp");
        }
        Protocol protocol = port.group(2) == null ? Protocol.TCP : Protocol.parse(port.group(2));
        Matcher range = HOST.matcher(hostPort.isEmpty() ? "0" : hostPort);
        if (!range.matches()) {
            throw SampanException.invalid(
                    "host port '" + hostPort + "' is not a port or a range like 8000-8010");
        }
        int first = Integer.parseInt(range.group(1));
        int last = range.group(2) == null ? first : Integer.parseInt(range.group(2));
        return new PortRequest(
                protocol,
                hostAddress.isEmpty() ? Optional.empty() : Optional.of(literal(hostAddress)),
                first,
                last,
                Integer.parseInt(port.group(1)));
    }

    /// Whether any free port of the host will do.
    public boolean anyPort() {
        return firstPort == 0;
    }

    private static InetAddress literal(String text) {
        try {
            return InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException e) {
            throw SampanException.invalid("host address '" + text + "' is not an IP address");
        }
    }
}

package sampan.linux.nftables;

import java.net.Inet4Address;
import java.util.Optional;

/// What a client addresses.
///
/// @param protocol number of the transport protocol: 6 TCP, 17 UDP, 132 SCTP
/// @param host address of the host; empty means every address that is the host's
/// @param port 1 to 65535
public record PortKey(int protocol, Optional<Inet4Address> host, int port) {
    public static final int TCP = 6;
    public static final int UDP = 17;
    public static final int SCTP = 132;

    public PortKey {
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("port " + port);
        }
        if (protocol < 1 || protocol > 255) {
            throw new IllegalArgumentException("protocol " + protocol);
        }
    }
}

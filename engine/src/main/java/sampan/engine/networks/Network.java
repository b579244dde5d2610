package sampan.engine.networks;

import java.net.Inet4Address;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/// A network as it is kept and shown.
///
/// @param id 64 hexadecimal digits
/// @param name unique
/// @param driver `bridge`, `host` or `null`
/// @param created when it was first made
/// @param bridged its subnet and bridge; empty for `host` and `none`
/// @param labels of the user
public record Network(
        String id,
        String name,
        String driver,
        Instant created,
        Optional<Bridged> bridged,
        Map<String, String> labels) {
    public static final String DEFAULT_NAME = "bridge";
    public static final String BRIDGE_DRIVER = "bridge";
    public static final String HOST_DRIVER = "host";
    public static final String NULL_DRIVER = "null";

    /// What a network behind a bridge has.
    ///
    /// @param bridge name of the link, at most 15 bytes
    /// @param subnet its addresses
    /// @param gateway the bridge's own address
    /// @param mtu in bytes
    public record Bridged(String bridge, Cidr subnet, Inet4Address gateway, int mtu) {}
}

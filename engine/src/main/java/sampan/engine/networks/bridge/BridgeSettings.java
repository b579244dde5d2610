package sampan.engine.networks.bridge;

import java.net.Inet4Address;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;
import sampan.engine.networks.Cidr;
import sampan.engine.networks.Network;
import sampan.errors.SampanException;

/// How the default network is to be.
///
/// @param bridge name of the link, 1 to 15 characters
/// @param subnet its addresses; empty: as before, or one that is free on the host
/// @param mtu in bytes, 68 to 65535; empty: as the link of the default route, or 1500
/// @param poolSize how many sandboxes are made ahead, 0 to 64
public record BridgeSettings(
        String bridge, Optional<Cidr> subnet, Optional<Integer> mtu, int poolSize) {
    public static final String DEFAULT_BRIDGE = "sampan0";
    public static final int DEFAULT_POOL = 6;
    public static final int DEFAULT_MTU = 1500;

    private static final int MAX_POOL = 64;
    private static final int MIN_MTU = 68;
    private static final int MAX_MTU = 65_535;
    private static final Pattern NAME = Pattern.compile("[a-zA-Z][a-zA-Z0-9_.-]{0,14}");

    public BridgeSettings {
        if (!NAME.matcher(bridge).matches()) {
            throw SampanException.invalid(
                    "bridge name '" + bridge + "' must match " + NAME.pattern());
        }
        mtu.ifPresent(BridgeSettings::checkMtu);
        if (poolSize < 0 || poolSize > MAX_POOL) {
            throw SampanException.invalid(
                    "sandbox pool size " + poolSize + " is not between 0 and " + MAX_POOL);
        }
    }

    public static BridgeSettings defaults() {
        return new BridgeSettings(DEFAULT_BRIDGE, Optional.empty(), Optional.empty(), DEFAULT_POOL);
    }

    /// The firewall table's name: `sampan` for the default bridge, one of its own for every other.
    public static String table(String bridge) {
        return bridge.equals(DEFAULT_BRIDGE)
                ? "sampan"
                : "sampan_" + bridge.replace('.', '_').replace('-', '_') + "_" + hash(bridge);
    }

    /// How the names of the host's link ends begin, the same for no two bridges of a host.
    static String linkPrefix(String bridge) {
        return "ve" + hash(bridge);
    }

    /// The name of an endpoint's link: 14 bytes.
    static String link(Network.Bridged network, Inet4Address address) {
        return linkPrefix(network.bridge())
                + HexFormat.of()
                        .toHexDigits(
                                (int) (network.subnet().base() + network.subnet().offset(address)));
    }

    /// The address whose endpoint has a link of that name; empty where it is no such name.
    static Optional<Inet4Address> address(Network.Bridged network, String link) {
        String digits =
                link.substring(Math.min(link.length(), linkPrefix(network.bridge()).length()));
        if (!link.startsWith(linkPrefix(network.bridge())) || !digits.matches("[0-9a-f]{8}")) {
            return Optional.empty();
        }
        long offset =
                (HexFormat.fromHexDigits(digits) & 0xffff_ffffL)
                        - (network.subnet().base() & 0xffff_ffffL);
        return offset < 0 || offset >= network.subnet().size()
                ? Optional.empty()
                : Optional.of(network.subnet().at(offset));
    }

    /// Four hexadecimal digits; FNV-1a, so that the name is the same for every version of Java.
    private static String hash(String text) {
        int hash = 0x811c9dc5;
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (b & 0xff)) * 0x01000193;
        }
        return HexFormat.of().toHexDigits((short) (hash ^ (hash >>> 16)));
    }

    private static void checkMtu(int mtu) {
        if (mtu < MIN_MTU || mtu > MAX_MTU) {
            throw SampanException.invalid(
                    "mtu " + mtu + " is not between " + MIN_MTU + " and " + MAX_MTU);
        }
    }
}

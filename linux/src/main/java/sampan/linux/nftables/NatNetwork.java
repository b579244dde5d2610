package sampan.linux.nftables;

import java.net.Inet4Address;
import java.nio.charset.StandardCharsets;

/// A network of containers behind a bridge.
///
/// @param bridge name of the bridge, at most 15 bytes
/// @param subnet lowest address of the network
/// @param prefix its length in bits, 1 to 32
/// @param outside whether containers may talk to the world beyond the host, under its address
public record NatNetwork(String bridge, Inet4Address subnet, int prefix, boolean outside) {
    private static final int MAX_NAME_BYTES = 15;

    public NatNetwork {
        int length = bridge.getBytes(StandardCharsets.UTF_8).length;
        if (length == 0 || length > MAX_NAME_BYTES) {
            throw new IllegalArgumentException("bridge name of " + length + " bytes");
        }
        if (prefix < 1 || prefix > 32) {
            throw new IllegalArgumentException("prefix " + prefix);
        }
    }
}

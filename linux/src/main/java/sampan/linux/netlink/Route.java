package sampan.linux.netlink;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.OptionalInt;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

/// A unicast, local or broadcast route as the kernel lists it.
///
/// @param destination network address; 0.0.0.0 or :: for the default route
/// @param prefix its length in bits
/// @param gateway next hop, absent for directly reachable networks
/// @param device index of the outgoing link
/// @param table routing table, 254 is main, 255 local
public record Route(
        InetAddress destination,
        int prefix,
        Optional<InetAddress> gateway,
        OptionalInt device,
        int table) {
    public static final int TABLE_MAIN = 254;

    private static final int RTMSG_SIZE = 12;
    private static final int AF_INET = 2;
    private static final int RTA_DST = 1;
    private static final int RTA_OIF = 4;
    private static final int RTA_GATEWAY = 5;
    private static final int RTA_TABLE = 15;

    public boolean isDefault() {
        return prefix == 0;
    }

    static Route of(NetlinkMessage message) {
        Attributes attributes = message.attributes(RTMSG_SIZE);
        byte[] any = new byte[message.u8(0) == AF_INET ? 4 : 16];
        return new Route(
                address(attributes.bytes(RTA_DST).orElse(any)),
                message.u8(1),
                attributes.bytes(RTA_GATEWAY).map(Route::address),
                attributes.u32(RTA_OIF),
                attributes.u32(RTA_TABLE).orElse(message.u8(4)));
    }

    static InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new SampanException(
                    ErrorCode.INTERNAL,
                    "malformed netlink answer: address of " + bytes.length + " bytes",
                    e);
        }
    }
}

package sampan.linux.netlink;

import java.util.Optional;
import java.util.OptionalInt;

/// A network interface as the kernel describes it.
///
/// @param index its number in its namespace, from 1
/// @param name at most 15 bytes
/// @param kind `bridge`, `veth`, ...; empty for plain devices
/// @param flags `IFF_*` of netdevice(7)
/// @param mtu in bytes
/// @param mac absent where it has none or one that is not six bytes
/// @param master index of the bridge that it is a port of
/// @param peer index of a veth's other end in that end's namespace
public record Link(
        int index,
        String name,
        String kind,
        int flags,
        int mtu,
        Optional<MacAddress> mac,
        OptionalInt master,
        OptionalInt peer) {
    private static final int IFF_UP = 1;

    private static final int IFLA_ADDRESS = 1;
    private static final int IFLA_IFNAME = 3;
    private static final int IFLA_MTU = 4;
    private static final int IFLA_LINK = 5;
    private static final int IFLA_MASTER = 10;
    private static final int IFLA_LINKINFO = 18;
    private static final int IFLA_INFO_KIND = 1;
    private static final int MAC_BYTES = 6;

    /// Whether it is switched on; says nothing of its carrier.
    public boolean up() {
        return (flags & IFF_UP) != 0;
    }

    static Link of(NetlinkMessage message) {
        Attributes attributes = message.attributes(RouteBatch.IFINFO_SIZE);
        return new Link(
                message.u32(4),
                attributes.string(IFLA_IFNAME).orElse(""),
                attributes
                        .nested(IFLA_LINKINFO)
                        .flatMap(linkInfo -> linkInfo.string(IFLA_INFO_KIND))
                        .orElse(""),
                message.u32(8),
                attributes.u32(IFLA_MTU).orElse(0),
                attributes
                        .bytes(IFLA_ADDRESS)
                        .filter(b -> b.length == MAC_BYTES)
                        .map(MacAddress::of),
                attributes.u32(IFLA_MASTER),
                attributes.u32(IFLA_LINK));
    }
}

package sampan.linux.netlink;

import java.net.InetAddress;

/// An address of a link.
///
/// @param device index of the link
/// @param address the address itself, IPv4 or IPv6
/// @param prefix length of its network in bits
/// @param permanent it has no lifetime: somebody set it, no protocol
/// @param global it means the same everywhere (RT_SCOPE_UNIVERSE)
public record LinkAddress(
        int device, InetAddress address, int prefix, boolean permanent, boolean global) {
    private static final int FLAGS_AT = 2;
    private static final int SCOPE_AT = 3;
    private static final int IFA_F_PERMANENT = 0x80;
    private static final int IFADDR_SIZE = 8;
    private static final int IFA_ADDRESS = 1;
    private static final int IFA_LOCAL = 2;

    static LinkAddress of(NetlinkMessage message) {
        Attributes attributes = message.attributes(IFADDR_SIZE);
        byte[] bytes =
                attributes
                        .bytes(IFA_LOCAL)
                        .or(() -> attributes.bytes(IFA_ADDRESS))
                        .orElseThrow(() -> NetlinkMessage.malformed("address missing"));
        return new LinkAddress(
                message.u32(4),
                Route.address(bytes),
                message.u8(1),
                (message.u8(FLAGS_AT) & IFA_F_PERMANENT) != 0,
                message.u8(SCOPE_AT) == 0);
    }
}

package sampan.linux.netlink;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// Several rtnetlink requests that travel as one datagram, so that a whole interface costs one
/// system call. The kernel works them off in order and goes on after a failure: a caller that needs
/// all or nothing removes what was made.
///
/// Not for use by several threads; [#send] ends it.
public final class RouteBatch {
    static final int IFINFO_SIZE = 16;

    static final int RTM_NEWLINK = 16;
    static final int RTM_DELLINK = 17;
    static final int RTM_GETLINK = 18;
    static final int RTM_NEWADDR = 20;
    static final int RTM_DELADDR = 21;
    static final int RTM_GETADDR = 22;
    static final int RTM_NEWROUTE = 24;
    static final int RTM_GETROUTE = 26;
    static final int AF_UNSPEC = 0;
    static final int AF_INET = 2;
    static final int AF_INET6 = 10;
    static final int IFLA_IFNAME = 3;

    private static final int IFF_UP = 1;
    private static final int IFLA_ADDRESS = 1;
    private static final int IFLA_MTU = 4;
    private static final int IFLA_MASTER = 10;
    private static final int IFLA_LINKINFO = 18;
    private static final int IFLA_AF_SPEC = 26;
    private static final int IFLA_NET_NS_FD = 28;
    private static final int IFLA_INFO_KIND = 1;
    private static final int IFLA_INFO_DATA = 2;
    private static final int IFLA_INFO_SLAVE_KIND = 4;
    private static final int IFLA_INFO_SLAVE_DATA = 5;
    private static final int IFLA_BRPORT_MODE = 4;
    private static final int VETH_INFO_PEER = 1;
    private static final int IFLA_INET_CONF = 1;
    private static final int IFLA_INET6_ADDR_GEN_MODE = 8;
    private static final int ADDR_GEN_NONE = 1;
    private static final int IPV4_DEVCONF_ROUTE_LOCALNET = 26;
    private static final int IFA_LOCAL = 2;
    private static final int IFA_ADDRESS = 1;
    private static final int IFA_BROADCAST = 4;
    private static final int IFA_F_NODAD = 2;
    private static final int RTA_DST = 1;
    private static final int RTA_OIF = 4;
    private static final int RTA_GATEWAY = 5;
    private static final int RTPROT_BOOT = 3;
    private static final int RTN_UNICAST = 1;
    private static final int SCOPE_UNIVERSE = 0;
    private static final int SCOPE_LINK = 253;

    private static final int MAKE =
            NetlinkSocket.REQUEST | NetlinkSocket.ACK | NetlinkSocket.CREATE | NetlinkSocket.EXCL;
    private static final int CHANGE = NetlinkSocket.REQUEST | NetlinkSocket.ACK;

    private final NetlinkSocket socket;
    private final List<Consumer<NetlinkEncoder>> requests = new ArrayList<>();

    RouteBatch(NetlinkSocket socket) {
        this.socket = socket;
    }

    /// Makes a bridge, down and without ports.
    public RouteBatch bridge(String name, MacAddress mac, int mtu) {
        return add(e ->
                link(e, RTM_NEWLINK, MAKE, 0)
                        .string(IFLA_IFNAME, name)
                        .bytes(IFLA_ADDRESS, mac.bytes())
                        .u32(IFLA_MTU, mtu)
                        .open(IFLA_LINKINFO)
                        .string(IFLA_INFO_KIND, "bridge")
                        .close());
    }

    /// Makes a virtual cable, both ends down.
    ///
    /// @param peerHome where the other end is born
    public RouteBatch veth(VethPair pair, NetNamespace peerHome) {
        return add(e -> {
            link(e, RTM_NEWLINK, MAKE, 0)
                    .string(IFLA_IFNAME, pair.name())
                    .u32(IFLA_MTU, pair.mtu());
            pair.bridge().ifPresent(index -> e.u32(IFLA_MASTER, index));
            e.open(IFLA_LINKINFO).string(IFLA_INFO_KIND, "veth");
            e.open(IFLA_INFO_DATA).open(VETH_INFO_PEER);
            header(e, 0, 0, 0)
                    .string(IFLA_IFNAME, pair.peerName())
                    .bytes(IFLA_ADDRESS, pair.peerMac().bytes())
                    .u32(IFLA_MTU, pair.mtu())
                    .u32(IFLA_NET_NS_FD, peerHome.fd().number())
                    .close()
                    .close()
                    .close();
        });
    }

    /// Prepares a link that is a port of a bridge: no IPv6 address of its own, and frames may go
    /// back out where they came in, without which a container cannot reach its own published port
    /// when bridged frames pass the firewall (bridge-nf-call-iptables).
    public RouteBatch port(String name) {
        return add(e ->
                link(e, RTM_NEWLINK, CHANGE, 0)
                        .string(IFLA_IFNAME, name)
                        .open(IFLA_LINKINFO)
                        .string(IFLA_INFO_SLAVE_KIND, "bridge")
                        .open(IFLA_INFO_SLAVE_DATA)
                        .u8(IFLA_BRPORT_MODE, 1)
                        .close()
                        .close()
                        .open(IFLA_AF_SPEC)
                        .open(AF_INET6)
                        .u8(IFLA_INET6_ADDR_GEN_MODE, ADDR_GEN_NONE)
                        .close()
                        .close());
    }

    /// Keeps a link from giving itself an IPv6 address when it comes up.
    public RouteBatch withoutLinkLocal(int index) {
        return add(e ->
                link(e, RTM_NEWLINK, CHANGE, index)
                        .open(IFLA_AF_SPEC)
                        .open(AF_INET6)
                        .u8(IFLA_INET6_ADDR_GEN_MODE, ADDR_GEN_NONE)
                        .close()
                        .close());
    }

    /// Lets packets to and from 127.0.0.0/8 pass a link (sysctl `route_localnet`).
    public RouteBatch routeLoopback(int index) {
        return add(e ->
                link(e, RTM_NEWLINK, CHANGE, index)
                        .open(IFLA_AF_SPEC)
                        .open(AF_INET)
                        .open(IFLA_INET_CONF)
                        .u32(IPV4_DEVCONF_ROUTE_LOCALNET, 1)
                        .close()
                        .close()
                        .close());
    }

    public RouteBatch up(int index) {
        return add(e -> link(e, RTM_NEWLINK, CHANGE, index, IFF_UP, IFF_UP));
    }

    public RouteBatch up(String name) {
        return add(e -> link(e, RTM_NEWLINK, CHANGE, 0, IFF_UP, IFF_UP).string(IFLA_IFNAME, name));
    }

    public RouteBatch down(int index) {
        return add(e -> link(e, RTM_NEWLINK, CHANGE, index, 0, IFF_UP));
    }

    /// Changes the name; the link must be down on kernels before 6.2.
    public RouteBatch rename(int index, String name) {
        return add(e -> link(e, RTM_NEWLINK, CHANGE, index).string(IFLA_IFNAME, name));
    }

    public RouteBatch mac(int index, MacAddress mac) {
        return add(e -> link(e, RTM_NEWLINK, CHANGE, index).bytes(IFLA_ADDRESS, mac.bytes()));
    }

    public RouteBatch mtu(int index, int mtu) {
        return add(e -> link(e, RTM_NEWLINK, CHANGE, index).u32(IFLA_MTU, mtu));
    }

    /// Makes a link a port of a bridge.
    ///
    /// @param bridge index of the bridge, 0 releases the link
    public RouteBatch master(int index, int bridge) {
        return add(e -> link(e, RTM_NEWLINK, CHANGE, index).u32(IFLA_MASTER, bridge));
    }

    /// Moves a link into another namespace under a name.
    public RouteBatch move(int index, NetNamespace home, String name) {
        return add(e ->
                link(e, RTM_NEWLINK, CHANGE, index)
                        .string(IFLA_IFNAME, name)
                        .u32(IFLA_NET_NS_FD, home.fd().number()));
    }

    public RouteBatch delete(String name) {
        return add(e -> link(e, RTM_DELLINK, CHANGE, 0).string(IFLA_IFNAME, name));
    }

    public RouteBatch delete(int index) {
        return add(e -> link(e, RTM_DELLINK, CHANGE, index));
    }

    /// Gives a link an address. IPv6 addresses are usable at once, without duplicate detection.
    ///
    /// @param prefix length of the network in bits, 0 to 32 or 128
    public RouteBatch address(int index, InetAddress address, int prefix) {
        byte[] bytes = address.getAddress();
        return add(e -> {
            e.message(RTM_NEWADDR, MAKE)
                    .rawU8(family(address))
                    .rawU8(prefix)
                    .rawU8(address instanceof Inet4Address ? 0 : IFA_F_NODAD)
                    .rawU8(SCOPE_UNIVERSE)
                    .rawU32(index)
                    .bytes(IFA_LOCAL, bytes)
                    .bytes(IFA_ADDRESS, bytes);
            if (address instanceof Inet4Address && prefix < 31) {
                e.bytes(IFA_BROADCAST, broadcast(bytes, prefix));
            }
        });
    }

    /// The default route through a gateway.
    public RouteBatch defaultRoute(InetAddress gateway, int device) {
        return add(e ->
                route(e, gateway, 0, SCOPE_UNIVERSE)
                        .bytes(RTA_GATEWAY, gateway.getAddress())
                        .u32(RTA_OIF, device));
    }

    /// A directly reachable network.
    public RouteBatch route(InetAddress destination, int prefix, int device) {
        int scope = destination instanceof Inet4Address ? SCOPE_LINK : SCOPE_UNIVERSE;
        return add(e ->
                route(e, destination, prefix, scope)
                        .bytes(RTA_DST, destination.getAddress())
                        .u32(RTA_OIF, device));
    }

    /// Sends all; the first failure is thrown after the kernel has worked off the rest.
    ///
    /// @param subject what it is about, for the error
    /// @throws sampan.errors.ErrnoException with the kernel's number and explanation
    public void send(String subject) {
        if (!requests.isEmpty()) {
            socket.transact(subject, e -> requests.forEach(r -> r.accept(e)));
        }
    }

    static NetlinkEncoder link(NetlinkEncoder e, int type, int flags, int index) {
        return link(e, type, flags, index, 0, 0);
    }

    private static NetlinkEncoder link(
            NetlinkEncoder e, int type, int flags, int index, int set, int mask) {
        return header(e.message(type, flags), index, set, mask);
    }

    private static NetlinkEncoder header(NetlinkEncoder e, int index, int set, int mask) {
        return e.rawU8(AF_UNSPEC).rawU8(0).rawU16(0).rawU32(index).rawU32(set).rawU32(mask);
    }

    private static NetlinkEncoder route(
            NetlinkEncoder e, InetAddress address, int prefix, int scope) {
        return e.message(RTM_NEWROUTE, MAKE)
                .rawU8(family(address))
                .rawU8(prefix)
                .rawU8(0)
                .rawU8(0)
                .rawU8(Route.TABLE_MAIN)
                .rawU8(RTPROT_BOOT)
                .rawU8(scope)
                .rawU8(RTN_UNICAST)
                .rawU32(0);
    }

    private static int family(InetAddress address) {
        return address instanceof Inet4Address ? AF_INET : AF_INET6;
    }

    private static byte[] broadcast(byte[] address, int prefix) {
        byte[] result = address.clone();
        for (int bit = prefix; bit < 32; bit++) {
            result[bit / 8] |= (byte) (0x80 >> bit % 8);
        }
        return result;
    }

    private RouteBatch add(Consumer<NetlinkEncoder> request) {
        requests.add(request);
        return this;
    }
}

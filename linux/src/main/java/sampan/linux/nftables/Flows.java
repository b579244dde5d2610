package sampan.linux.nftables;

import java.net.Inet4Address;
import java.util.Optional;
import sampan.linux.netlink.NetlinkEncoder;
import sampan.linux.netlink.NetlinkSocket;

/// Makes the kernel forget where it has led a port's packets so far.
///
/// Translation is decided by a flow's first packet. A UDP client that goes on sending from one port
/// keeps its flow alive and would be led to a container that has ended, or past one that has come,
/// for ever. The kernel looks the flows up by itself; none is read here. A call takes it some
/// hundred microseconds, so it belongs behind the start and the end of containers, not into them.
///
/// Source: linux/netfilter/nfnetlink_conntrack.h; the filter needs Linux 6.8, older kernels answer
/// EINVAL and forget nothing. Lives in the namespace of the thread that opened it.
public final class Flows implements AutoCloseable {
    private static final int SUBSYSTEM_CONNTRACK = 1;
    private static final int DELETE = 2;
    private static final int TUPLE_ORIGINAL = 1;
    private static final int TUPLE_REPLY = 2;
    private static final int STATUS = 3;
    private static final int FILTER = 25;
    private static final int STATUS_MASK = 26;
    private static final int TUPLE_IP = 1;
    private static final int TUPLE_PROTOCOL = 2;
    private static final int IP_SOURCE = 1;
    private static final int IP_DESTINATION = 2;
    private static final int PROTOCOL_NUMBER = 1;
    private static final int PROTOCOL_DESTINATION_PORT = 3;
    private static final int FILTER_ORIGINAL = 1;
    private static final int FILTER_REPLY = 2;
    private static final int BY_SOURCE = 1;
    private static final int BY_DESTINATION = 1 << 1;
    private static final int BY_PROTOCOL = 1 << 3;
    private static final int BY_DESTINATION_PORT = 1 << 5;
    private static final int DESTINATION_CHANGED = 1 << 5;

    private final NetlinkSocket socket;

    private Flows(NetlinkSocket socket) {
        this.socket = socket;
    }

    /// Opens in the calling thread's network namespace.
    public static Flows open() {
        return new Flows(NetlinkSocket.open(NetlinkSocket.PROTOCOL_NETFILTER));
    }

    /// Forgets the flows to a port that have been let past so far, for it is published now. Those
    /// that are led already go on.
    public void forgetPast(PortKey key) {
        socket.transact("flows of port " + key.port(), e -> encode(e, key, Optional.empty()));
    }

    /// Forgets the flows to a port that have been led to a target which is no more. Those that are
    /// led to another by now go on.
    public void forgetLed(PortKey key, PortTarget target) {
        socket.transact(
                "flows of port " + key.port(), e -> encode(e, key, Optional.of(target.address())));
    }

    private static void encode(NetlinkEncoder e, PortKey key, Optional<Inet4Address> target) {
        int flags = BY_PROTOCOL | BY_DESTINATION_PORT;
        e.message(SUBSYSTEM_CONNTRACK << 8 | DELETE, NetlinkSocket.REQUEST | NetlinkSocket.ACK)
                .rawU8(Nft.FAMILY_IPV4)
                .rawU8(0)
                .rawBe16(0)
                .open(TUPLE_ORIGINAL)
                .open(TUPLE_IP);
        if (key.host().isPresent()) {
            e.bytes(IP_DESTINATION, key.host().get().getAddress());
            flags |= BY_DESTINATION;
        }
        e.close()
                .open(TUPLE_PROTOCOL)
                .u8(PROTOCOL_NUMBER, key.protocol())
                .be16(PROTOCOL_DESTINATION_PORT, key.port())
                .close()
                .close();
        target.ifPresent(address ->
                e.open(TUPLE_REPLY)
                        .open(TUPLE_IP)
                        .bytes(IP_SOURCE, address.getAddress())
                        .close()
                        .close());
        e.be32(STATUS, target.isPresent() ? DESTINATION_CHANGED : 0)
                .be32(STATUS_MASK, DESTINATION_CHANGED)
                .open(FILTER)
                .u32(FILTER_ORIGINAL, flags)
                .u32(FILTER_REPLY, target.isPresent() ? BY_SOURCE : 0)
                .close();
    }

    @Override
    public void close() {
        socket.close();
    }
}

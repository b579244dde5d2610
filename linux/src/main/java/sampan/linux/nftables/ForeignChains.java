package sampan.linux.nftables;

import java.util.ArrayList;
import java.util.List;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.netlink.Attributes;
import sampan.linux.netlink.NetlinkMessage;
import sampan.linux.netlink.NetlinkSocket;

/// Reads what other programs have laid and what may stand in our way. Changes nothing.
///
/// A packet has to be accepted by every chain at a hook; so a foreign chain whose policy is to drop
/// forwarded packets cuts containers off unless its own rules let them pass, as Docker's and ufw's
/// chains (made by iptables-nft) do. Chains of the older iptables-legacy do not show here.
public final class ForeignChains {
    private static final int LIMIT = 100_000;
    private static final int ANY_FAMILY = 0;
    private static final int FAMILY_INET = 1;
    private static final int POLICY_DROP = 0;

    private ForeignChains() {}

    /// A chain that drops forwarded IPv4 packets which its rules do not accept.
    ///
    /// @param family `ip` or `inet`
    /// @param table its table
    /// @param chain its name
    public record ForwardDrop(String family, String table, String chain) {}

    /// Those chains in the calling thread's network namespace.
    public static List<ForwardDrop> forwardDrops() {
        List<ForwardDrop> found = new ArrayList<>();
        try (NetlinkSocket socket = NetlinkSocket.open(NetlinkSocket.PROTOCOL_NETFILTER)) {
            socket.query(
                    "firewall chains",
                    found::clear,
                    e ->
                            e.message(
                                            Nft.type(Nft.GET_CHAIN),
                                            NetlinkSocket.REQUEST | NetlinkSocket.DUMP)
                                    .rawU8(ANY_FAMILY)
                                    .rawU8(0)
                                    .rawBe16(0),
                    message -> collect(message, found));
        }
        return found;
    }

    /// Names of the tables of family `ip` in the calling thread's network namespace.
    public static List<String> tables() {
        List<String> found = new ArrayList<>();
        try (NetlinkSocket socket = NetlinkSocket.open(NetlinkSocket.PROTOCOL_NETFILTER)) {
            socket.query(
                    "firewall tables",
                    found::clear,
                    e ->
                            e.message(
                                            Nft.type(Nft.GET_TABLE),
                                            NetlinkSocket.REQUEST | NetlinkSocket.DUMP)
                                    .rawU8(Nft.FAMILY_IPV4)
                                    .rawU8(0)
                                    .rawBe16(0),
                    message -> {
                        if (message.type() == Nft.type(Nft.NEW_TABLE) && found.size() < LIMIT) {
                            message.attributes(Nft.GENMSG_SIZE).string(1).ifPresent(found::add);
                        }
                    });
        }
        return found;
    }

    private static void collect(NetlinkMessage message, List<ForwardDrop> found) {
        int family = message.u8(0);
        if (message.type() != Nft.type(Nft.NEW_CHAIN)
                || (family != FAMILY_INET && family != Nft.FAMILY_IPV4)) {
            return;
        }
        Attributes chain = message.attributes(Nft.GENMSG_SIZE);
        boolean forward =
                chain.nested(4).map(hook -> hook.be32(1).orElse(-1)).orElse(-1) == Nft.HOOK_FORWARD;
        if (forward && chain.be32(5).orElse(1) == POLICY_DROP) {
            if (found.size() == LIMIT) {
                throw new SampanException(
                        ErrorCode.UNAVAILABLE, "more than " + LIMIT + " firewall chains");
            }
            found.add(
                    new ForwardDrop(
                            family == FAMILY_INET ? "inet" : "ip",
                            chain.string(1).orElse(""),
                            chain.string(3).orElse("")));
        }
    }
}

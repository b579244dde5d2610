package sampan.linux.nftables;

import java.net.Inet4Address;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;
import sampan.linux.netlink.NetlinkEncoder;

/// Appends the expressions of one rule. Each method is one clause as the nft language would have
/// it; clauses load what they compare into the 4-byte registers from [#R0] on.
///
/// Source: linux/netfilter/nf_tables.h.
final class RuleEncoder {
    private static final int R0 = 8;
    private static final int R1 = 9;
    private static final int R2 = 10;
    private static final int VERDICT_REGISTER = 0;

    private static final int LIST_ELEMENT = 1;
    private static final int EXPR_NAME = 1;
    private static final int EXPR_DATA = 2;
    private static final int DATA_VALUE = 1;
    private static final int DATA_VERDICT = 2;

    private static final int META_IIFNAME = 6;
    private static final int META_OIFNAME = 7;
    private static final int META_L4PROTO = 16;
    private static final int INTERFACE_NAME_BYTES = 16;

    private static final int CT_STATE = 0;
    private static final int CT_STATUS = 2;
    private static final int STATE_ESTABLISHED_OR_RELATED = 2 | 4;
    private static final int STATUS_DNAT = 32;

    private static final int NETWORK_HEADER = 1;
    private static final int TRANSPORT_HEADER = 2;
    private static final int SOURCE_ADDRESS = 12;
    private static final int DESTINATION_ADDRESS = 16;
    private static final int DESTINATION_PORT = 2;

    private static final int FIB_RESULT_ADDRTYPE = 3;
    private static final int FIB_DADDR = 2;
    private static final int RTN_LOCAL = 2;

    private static final int EQUAL = 0;
    private static final int NOT_EQUAL = 1;
    private static final int NAT_DESTINATION = 1;
    private static final int FAMILY_IPV4 = 2;

    private static final int VERDICT_DROP = 0;
    private static final int VERDICT_ACCEPT = 1;
    private static final int VERDICT_JUMP = -3;

    private final NetlinkEncoder e;

    RuleEncoder(NetlinkEncoder e) {
        this.e = e;
    }

    /// `iifname "name"`
    RuleEncoder in(String name) {
        return meta(META_IIFNAME).compare(EQUAL, interfaceName(name));
    }

    /// `oifname "name"`
    RuleEncoder out(String name) {
        return meta(META_OIFNAME).compare(EQUAL, interfaceName(name));
    }

    /// `oifname != "name"`
    RuleEncoder outElsewhere(String name) {
        return meta(META_OIFNAME).compare(NOT_EQUAL, interfaceName(name));
    }

    /// `ip saddr network/prefix`
    RuleEncoder from(Inet4Address network, int prefix) {
        return address(SOURCE_ADDRESS, network, prefix);
    }

    /// `ip daddr network/prefix`
    RuleEncoder to(Inet4Address network, int prefix) {
        return address(DESTINATION_ADDRESS, network, prefix);
    }

    /// `fib daddr type local`
    RuleEncoder toThisHost() {
        return expression(
                        "fib", () -> e.be32(1, R0).be32(2, FIB_RESULT_ADDRTYPE).be32(3, FIB_DADDR))
                .compare(EQUAL, hostOrder(RTN_LOCAL));
    }

    /// `ct state established,related`
    RuleEncoder established() {
        return conntrack(CT_STATE, STATE_ESTABLISHED_OR_RELATED);
    }

    /// `ct status dnat`
    RuleEncoder published() {
        return conntrack(CT_STATUS, STATUS_DNAT);
    }

    /// `dnat ip to meta l4proto . ip daddr . th dport map @name`
    void toTargetByAddress(String map) {
        meta(META_L4PROTO);
        payload(NETWORK_HEADER, DESTINATION_ADDRESS, 4, R1);
        payload(TRANSPORT_HEADER, DESTINATION_PORT, 2, R2);
        toTarget(map);
    }

    /// `dnat ip to meta l4proto . th dport map @name`
    void toTargetByPort(String map) {
        meta(META_L4PROTO);
        payload(TRANSPORT_HEADER, DESTINATION_PORT, 2, R1);
        toTarget(map);
    }

    void masquerade() {
        expression("masq", () -> {});
    }

    void accept() {
        verdict(VERDICT_ACCEPT, v -> {});
    }

    void drop() {
        verdict(VERDICT_DROP, v -> {});
    }

    void jump(String chain) {
        verdict(VERDICT_JUMP, v -> v.string(2, chain));
    }

    private void toTarget(String map) {
        expression("lookup", () -> e.string(1, map).be32(2, R0).be32(3, R0));
        expression(
                "nat",
                () -> e.be32(1, NAT_DESTINATION).be32(2, FAMILY_IPV4).be32(3, R0).be32(5, R1));
    }

    private RuleEncoder meta(int key) {
        return expression("meta", () -> e.be32(1, R0).be32(2, key));
    }

    private RuleEncoder conntrack(int key, int bits) {
        expression("ct", () -> e.be32(1, R0).be32(2, key));
        mask(hostOrder(bits));
        return compare(NOT_EQUAL, hostOrder(0));
    }

    private RuleEncoder address(int offset, Inet4Address network, int prefix) {
        payload(NETWORK_HEADER, offset, 4, R0);
        byte[] bits = ByteBuffer.allocate(4).putInt((int) (-1L << (32 - prefix))).array();
        byte[] value = network.getAddress();
        for (int i = 0; i < value.length; i++) {
            value[i] &= bits[i];
        }
        mask(bits);
        return compare(EQUAL, value);
    }

    private void payload(int base, int offset, int length, int register) {
        expression(
                "payload", () -> e.be32(1, register).be32(2, base).be32(3, offset).be32(4, length));
    }

    private void mask(byte[] bits) {
        expression(
                "bitwise",
                () -> {
                    e.be32(1, R0).be32(2, R0).be32(3, bits.length);
                    e.open(4).bytes(DATA_VALUE, bits).close();
                    e.open(5).bytes(DATA_VALUE, new byte[bits.length]).close();
                });
    }

    private RuleEncoder compare(int operation, byte[] value) {
        return expression(
                "cmp",
                () -> e.be32(1, R0).be32(2, operation).open(3).bytes(DATA_VALUE, value).close());
    }

    private void verdict(int code, Consumer<NetlinkEncoder> more) {
        expression(
                "immediate",
                () -> {
                    e.be32(1, VERDICT_REGISTER).open(2).open(DATA_VERDICT).be32(1, code);
                    more.accept(e);
                    e.close().close();
                });
    }

    private RuleEncoder expression(String name, Runnable content) {
        e.open(LIST_ELEMENT).string(EXPR_NAME, name).open(EXPR_DATA);
        content.run();
        e.close().close();
        return this;
    }

    private static byte[] interfaceName(String name) {
        return Arrays.copyOf(name.getBytes(StandardCharsets.UTF_8), INTERFACE_NAME_BYTES);
    }

    private static byte[] hostOrder(int value) {
        return ByteBuffer.allocate(4).order(ByteOrder.nativeOrder()).putInt(value).array();
    }
}

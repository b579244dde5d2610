package sampan.linux.nftables;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collection;
import java.util.Map;
import java.util.function.Consumer;
import sampan.linux.netlink.NetlinkEncoder;
import sampan.linux.netlink.NetlinkSocket;

/// One transaction's messages for one table of family `ip`.
///
/// Source: linux/netfilter/nfnetlink.h and nf_tables.h. Only the last change asks for an
/// acknowledgement, which comes after the kernel has applied the whole; refusals come unasked.
final class Nft {
    static final int SUBSYSTEM = 10;
    static final int FAMILY_IPV4 = 2;
    static final int GENMSG_SIZE = 4;

    static final int NEW_TABLE = 0;
    static final int GET_TABLE = 1;
    static final int DELETE_TABLE = 2;
    static final int NEW_CHAIN = 3;
    static final int GET_CHAIN = 4;
    static final int NEW_RULE = 6;
    static final int NEW_SET = 9;
    static final int NEW_ELEMENT = 12;
    static final int DELETE_ELEMENT = 14;
    static final int NEW_GENERATION = 15;

    /// Upper bounds in bytes of what an element and everything that is not an element take.
    static final int ELEMENT_BYTES = 96;

    static final int FIXED_BYTES = 8 * 1024;
    static final int NETWORK_BYTES = 8 * 1024;

    static final int HOOK_PREROUTING = 0;
    static final int HOOK_FORWARD = 2;
    static final int HOOK_OUTPUT = 3;
    static final int HOOK_POSTROUTING = 4;

    static final int TABLE_HANDLE = 4;

    private static final ValueLayout.OfLong BE64 =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final int BATCH_BEGIN = 0x10;
    private static final int BATCH_END = 0x11;
    private static final int APPEND = 0x800;
    private static final int ELEMENTS_PER_MESSAGE = 500;
    private static final int LIST_ELEMENT = 1;
    private static final int DATA_VALUE = 1;
    private static final int SET_IS_MAP = 8;

    private static final int TYPE_ADDRESS = 7;
    private static final int TYPE_PROTOCOL = 12;
    private static final int TYPE_PORT = 13;
    private static final int TARGET_TYPE = concatenation(TYPE_ADDRESS, TYPE_PORT);
    private static final int TARGET_BYTES = 8;

    private final NetlinkEncoder e;
    private final String table;

    Nft(NetlinkEncoder e, String table) {
        this.e = e;
        this.table = table;
    }

    static int type(int message) {
        return SUBSYSTEM << 8 | message;
    }

    static void getTable(NetlinkEncoder e, String name) {
        e.message(type(GET_TABLE), NetlinkSocket.REQUEST | NetlinkSocket.ACK)
                .rawU8(FAMILY_IPV4)
                .rawU8(0)
                .rawBe16(0)
                .string(1, name);
    }

    /// The 64-bit number of a table, which is in network order.
    static long handle(MemorySegment attribute) {
        return attribute.get(BE64, 0);
    }

    Nft begin() {
        header(BATCH_BEGIN, NetlinkSocket.REQUEST, 0, SUBSYSTEM);
        return this;
    }

    /// Creates the table where it is missing.
    Nft table() {
        change(NEW_TABLE, NetlinkSocket.CREATE).string(1, table).be32(2, 0);
        return this;
    }

    Nft deleteTable() {
        change(DELETE_TABLE, 0).string(1, table);
        return this;
    }

    /// Ends the transaction; the table exists afterwards.
    void end() {
        change(NEW_TABLE, NetlinkSocket.CREATE | NetlinkSocket.ACK).string(1, table).be32(2, 0);
        header(BATCH_END, NetlinkSocket.REQUEST, 0, SUBSYSTEM);
    }

    /// Ends the transaction by deleting the table, which must exist.
    void endWithoutTable() {
        change(DELETE_TABLE, NetlinkSocket.ACK).string(1, table);
        header(BATCH_END, NetlinkSocket.REQUEST, 0, SUBSYSTEM);
    }

    Nft chain(String name) {
        change(NEW_CHAIN, NetlinkSocket.CREATE).string(1, table).string(3, name);
        return this;
    }

    /// A chain that the kernel calls by itself; what no rule decides is accepted.
    ///
    /// @param type `filter` or `nat`
    Nft chain(String name, String type, int hook, int priority) {
        change(NEW_CHAIN, NetlinkSocket.CREATE)
                .string(1, table)
                .string(3, name)
                .open(4)
                .be32(1, hook)
                .be32(2, priority)
                .close()
                .be32(5, 1)
                .string(7, type);
        return this;
    }

    Nft rule(String chain, Consumer<RuleEncoder> clauses) {
        change(NEW_RULE, NetlinkSocket.CREATE | APPEND).string(1, table).string(2, chain).open(4);
        clauses.accept(new RuleEncoder(e));
        e.close();
        return this;
    }

    /// A map from protocol and port to address and port.
    Nft mapByPort(String name, int id) {
        return map(name, id, concatenation(TYPE_PROTOCOL, TYPE_PORT), 8);
    }

    /// A map from protocol, address and port to address and port.
    Nft mapByAddress(String name, int id) {
        return map(name, id, concatenation(TYPE_PROTOCOL, TYPE_ADDRESS, TYPE_PORT), 12);
    }

    Nft addElements(String map, Map<PortKey, PortTarget> elements) {
        int left = 0;
        for (Map.Entry<PortKey, PortTarget> entry : elements.entrySet()) {
            if (left == 0) {
                change(NEW_ELEMENT, NetlinkSocket.CREATE).string(1, table).string(2, map).open(3);
            }
            e.open(LIST_ELEMENT);
            e.open(1).bytes(DATA_VALUE, key(entry.getKey())).close();
            e.open(2).bytes(DATA_VALUE, target(entry.getValue())).close();
            e.close();
            left = closeList(left + 1);
        }
        finishList(left);
        return this;
    }

    Nft deleteElements(String map, Collection<PortKey> keys) {
        int left = 0;
        for (PortKey key : keys) {
            if (left == 0) {
                change(DELETE_ELEMENT, 0).string(1, table).string(2, map).open(3);
            }
            e.open(LIST_ELEMENT).open(1).bytes(DATA_VALUE, key(key)).close().close();
            left = closeList(left + 1);
        }
        finishList(left);
        return this;
    }

    private int closeList(int count) {
        if (count < ELEMENTS_PER_MESSAGE) {
            return count;
        }
        e.close();
        return 0;
    }

    private void finishList(int count) {
        if (count > 0) {
            e.close();
        }
    }

    private Nft map(String name, int id, int keyType, int keyBytes) {
        change(NEW_SET, NetlinkSocket.CREATE)
                .string(1, table)
                .string(2, name)
                .be32(3, SET_IS_MAP)
                .be32(4, keyType)
                .be32(5, keyBytes)
                .be32(6, TARGET_TYPE)
                .be32(7, TARGET_BYTES)
                .be32(10, id);
        return this;
    }

    private NetlinkEncoder change(int message, int flags) {
        return header(type(message), NetlinkSocket.REQUEST | flags, FAMILY_IPV4, 0);
    }

    private NetlinkEncoder header(int type, int flags, int family, int resource) {
        return e.message(type, flags).rawU8(family).rawU8(0).rawBe16(resource);
    }

    /// Each part of a key starts on a register of four bytes.
    private static byte[] key(PortKey key) {
        ByteBuffer bytes = ByteBuffer.allocate(key.host().isPresent() ? 12 : 8);
        bytes.put(0, (byte) key.protocol()).position(4);
        key.host().ifPresent(host -> bytes.put(host.getAddress()));
        return bytes.putShort((short) key.port()).array();
    }

    private static byte[] target(PortTarget target) {
        return ByteBuffer.allocate(TARGET_BYTES)
                .put(target.address().getAddress())
                .putShort((short) target.port())
                .array();
    }

    /// The `nft` program's type number, six bits a part; the kernel only stores it.
    private static int concatenation(int... types) {
        int result = 0;
        for (int type : types) {
            result = result << 6 | type;
        }
        return result;
    }
}

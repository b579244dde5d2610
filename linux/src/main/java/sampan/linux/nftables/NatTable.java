package sampan.linux.nftables;

import java.lang.foreign.Arena;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import sampan.errors.ErrnoException;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.netlink.NetlinkSocket;
import sampan.linux.sys.Errno;

/// Our table: outgoing translation, published ports, and the wall around them.
///
/// What its rules say, for each [NatNetwork] with bridge B and subnet S:
///
/// - what leaves S by another way than B gets the host's address; nothing else is translated;
/// - a connection to one of the host's own addresses on a published port is led to its target, from
///   remote, from the host itself, and from containers; the source stays, except where the answer
///   could not find back: from 127.0.0.0/8, and from a container of the same network;
/// - what wants into B from elsewhere is dropped unless it belongs to a published port or to a
///   connection begun inside; within B everything may pass;
/// - what comes in by B for 127.0.0.0/8 is dropped: `route_localnet`, which the way from loopback
///   needs, must not open the host's loopback to containers.
///
/// Accepting is all that one table can do: a foreign chain that drops forwarded packets still does,
/// see [ForeignChains].
///
/// Keeps what should be in the kernel and can lay it again at any time. Threads: all methods from
/// any thread, one change at a time. Lives in the namespace of the thread that opened it. Closing
/// leaves the table in place.
public final class NatTable implements AutoCloseable {
    /// Most ports that may be published at a time.
    public static final int LIMIT = 65_536;

    private static final Pattern NAME = Pattern.compile("[a-zA-Z][a-zA-Z0-9_]{0,31}");
    private static final String BY_PORT = "ports";
    private static final String BY_ADDRESS = "addressports";
    private static final String TARGETS = "targets";
    private static final long ABSENT = -1;
    private static final int PRIORITY_RAW = -300;
    private static final int PRIORITY_DNAT = -100;
    private static final int PRIORITY_SNAT = 100;
    private static final Inet4Address LOOPBACK = (Inet4Address) InetAddress.ofLiteral("127.0.0.0");

    private final String name;
    private final NetlinkSocket socket;
    private final ReentrantLock change = new ReentrantLock();
    private List<NatNetwork> networks = List.of();
    private Map<PortKey, PortTarget> ports = new HashMap<>();
    private long handle = ABSENT;

    private NatTable(String name, NetlinkSocket socket) {
        this.name = name;
        this.socket = socket;
    }

    /// Opens the table of that name in the calling thread's network namespace; nothing is laid yet.
    ///
    /// @param name letters, digits and underscores, at most 32, a letter first
    public static NatTable open(String name) {
        if (!NAME.matcher(name).matches()) {
            throw SampanException.invalid(
                    "firewall table name '" + name + "' must match " + NAME.pattern());
        }
        return new NatTable(name, NetlinkSocket.open(NetlinkSocket.PROTOCOL_NETFILTER));
    }

    public String name() {
        return name;
    }

    /// Puts the table in place as described, in one transaction, whatever was there before.
    ///
    /// @param wanted the networks that it serves
    /// @param published the ports that are published, at most [#LIMIT]
    public void install(List<NatNetwork> wanted, Map<PortKey, PortTarget> published) {
        change.lock();
        try {
            checkLimit(published.size());
            lay(wanted, published);
            networks = List.copyOf(wanted);
            ports = new HashMap<>(published);
        } finally {
            change.unlock();
        }
    }

    /// Lays the table again as it should be.
    public void repair() {
        change.lock();
        try {
            lay(networks, ports);
        } finally {
            change.unlock();
        }
    }

    /// Publishes ports: all of them or, where one is taken, none.
    ///
    /// @throws SampanException CONFLICT where a key leads elsewhere already
    public void publish(Map<PortKey, PortTarget> added) {
        change.lock();
        try {
            for (PortKey key : added.keySet()) {
                PortTarget taken = ports.get(key);
                if (taken != null && !taken.equals(added.get(key))) {
                    throw SampanException.conflict(
                            "port " + key.port() + " is already published to " + taken);
                }
            }
            checkLimit(ports.size() + added.size());
            Map<PortKey, PortTarget> next = new HashMap<>(ports);
            next.putAll(added);
            try {
                transact(
                        bytes(0, added.size()),
                        nft -> {
                            nft.addElements(BY_PORT, select(added, false));
                            nft.addElements(BY_ADDRESS, select(added, true));
                        });
            } catch (ErrnoException e) {
                repairAfter(e, next);
            }
            ports = next;
        } finally {
            change.unlock();
        }
    }

    /// Takes ports back; those that are not published are passed over.
    public void unpublish(Collection<PortKey> removed) {
        change.lock();
        try {
            Map<PortKey, PortTarget> next = new HashMap<>(ports);
            next.keySet().removeAll(removed);
            List<PortKey> known = removed.stream().distinct().filter(ports::containsKey).toList();
            if (known.isEmpty()) {
                return;
            }
            try {
                transact(
                        bytes(0, known.size()),
                        nft -> {
                            nft.deleteElements(
                                    BY_PORT,
                                    known.stream().filter(k -> k.host().isEmpty()).toList());
                            nft.deleteElements(
                                    BY_ADDRESS,
                                    known.stream().filter(k -> k.host().isPresent()).toList());
                        });
            } catch (ErrnoException e) {
                repairAfter(e, next);
            }
            ports = next;
        } finally {
            change.unlock();
        }
    }

    /// What is published now.
    public Map<PortKey, PortTarget> published() {
        change.lock();
        try {
            return Map.copyOf(ports);
        } finally {
            change.unlock();
        }
    }

    /// Takes the table away; published ports and translation end with it.
    public void remove() {
        change.lock();
        try {
            send(bytes(0, 0), nft -> nft.begin().table().endWithoutTable());
            networks = List.of();
            ports = new HashMap<>();
        } finally {
            change.unlock();
        }
    }

    /// Whether the table in the kernel is the one that was laid last. Changes inside of it go
    /// unseen here.
    public boolean intact() {
        change.lock();
        try {
            return handle != ABSENT && currentHandle() == handle;
        } finally {
            change.unlock();
        }
    }

    /// Whether there is a table of this name, whoever laid it.
    public boolean present() {
        return currentHandle() != ABSENT;
    }

    /// Whether a notification's cause was this object.
    boolean isCause(int port) {
        return port == socket.port();
    }

    @Override
    public void close() {
        socket.close();
    }

    /// Somebody took away what the change was about: lay the table as it should be now.
    private void repairAfter(ErrnoException e, Map<PortKey, PortTarget> next) {
        if (e.errno() != Errno.ENOENT && e.errno() != Errno.EEXIST && e.errno() != Errno.EBUSY) {
            throw e;
        }
        lay(networks, next);
    }

    private void lay(List<NatNetwork> wanted, Map<PortKey, PortTarget> published) {
        transact(
                bytes(wanted.size(), published.size()),
                nft -> {
                    nft.table().deleteTable().table();
                    nft.mapByPort(BY_PORT, 1).mapByAddress(BY_ADDRESS, 2);
                    nft.chain("guard", "filter", Nft.HOOK_PREROUTING, PRIORITY_RAW)
                            .chain("forward", "filter", Nft.HOOK_FORWARD, 0)
                            .chain(TARGETS)
                            .chain("inbound", "nat", Nft.HOOK_PREROUTING, PRIORITY_DNAT)
                            .chain("local", "nat", Nft.HOOK_OUTPUT, PRIORITY_DNAT)
                            .chain("outbound", "nat", Nft.HOOK_POSTROUTING, PRIORITY_SNAT);
                    nft.rule(TARGETS, r -> r.toTargetByAddress(BY_ADDRESS))
                            .rule(TARGETS, r -> r.toTargetByPort(BY_PORT))
                            .rule("inbound", r -> r.toThisHost().jump(TARGETS))
                            .rule("local", r -> r.toThisHost().jump(TARGETS));
                    for (NatNetwork network : wanted) {
                        rules(nft, network);
                    }
                    // Behind the ways into every bridge, so that none leads from one to another.
                    for (NatNetwork network : wanted) {
                        String bridge = network.bridge();
                        if (network.outside()) {
                            nft.rule("forward", r -> r.in(bridge).accept());
                        } else {
                            nft.rule("forward", r -> r.in(bridge).drop());
                        }
                    }
                    nft.addElements(BY_PORT, select(published, false));
                    nft.addElements(BY_ADDRESS, select(published, true));
                });
        handle = currentHandle();
    }

    /// The kernel's number of the table, never given twice; [#ABSENT] without a table.
    private long currentHandle() {
        long[] found = {ABSENT};
        try {
            socket.query(
                    "firewall table " + name,
                    () -> {},
                    e -> Nft.getTable(e, name),
                    message ->
                            message.attributes(Nft.GENMSG_SIZE)
                                    .raw(Nft.TABLE_HANDLE)
                                    .ifPresent(h -> found[0] = Nft.handle(h)));
        } catch (ErrnoException e) {
            if (e.errno() != Errno.ENOENT) {
                throw e;
            }
        }
        return found[0];
    }

    private static void rules(Nft nft, NatNetwork network) {
        String bridge = network.bridge();
        Inet4Address subnet = network.subnet();
        int prefix = network.prefix();
        nft.rule("guard", r -> r.in(bridge).to(LOOPBACK, 8).drop());
        nft.rule("forward", r -> r.out(bridge).established().accept())
                .rule("forward", r -> r.out(bridge).published().accept())
                .rule("forward", r -> r.out(bridge).in(bridge).accept())
                .rule("forward", r -> r.out(bridge).drop());
        nft.rule("outbound", r -> r.out(bridge).from(LOOPBACK, 8).masquerade())
                .rule("outbound", r -> r.out(bridge).from(subnet, prefix).published().masquerade());
        if (network.outside()) {
            nft.rule("outbound", r -> r.outElsewhere(bridge).from(subnet, prefix).masquerade());
        }
    }

    private void transact(int bytes, Consumer<Nft> changes) {
        send(
                bytes,
                nft -> {
                    nft.begin();
                    changes.accept(nft);
                    nft.end();
                });
    }

    private void send(int bytes, Consumer<Nft> transaction) {
        socket.sendBuffer(Math.max(bytes, Nft.FIXED_BYTES));
        try (Arena arena = Arena.ofConfined()) {
            socket.transact(
                    "firewall table " + name,
                    arena.allocate(bytes, 8),
                    e -> transaction.accept(new Nft(e, name)));
        }
    }

    private static int bytes(int networks, int elements) {
        return Nft.FIXED_BYTES + networks * Nft.NETWORK_BYTES + elements * Nft.ELEMENT_BYTES;
    }

    private static void checkLimit(int count) {
        if (count > LIMIT) {
            throw new SampanException(
                    ErrorCode.UNAVAILABLE,
                    count + " published ports exceed the limit of " + LIMIT + " per daemon");
        }
    }

    private static Map<PortKey, PortTarget> select(
            Map<PortKey, PortTarget> all, boolean withAddress) {
        return all.entrySet().stream()
                .filter(e -> e.getKey().host().isPresent() == withAddress)
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }
}

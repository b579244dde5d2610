package sampan.engine.networks.bridge;

import java.io.IOException;
import java.net.Inet4Address;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import sampan.engine.leftovers.Leftover;
import sampan.engine.networks.Attachment;
import sampan.engine.networks.Endpoint;
import sampan.engine.networks.Ipam;
import sampan.engine.networks.Network;
import sampan.engine.networks.NetworkCatalog;
import sampan.engine.networks.NetworkDriver;
import sampan.engine.networks.PortMapping;
import sampan.engine.networks.PortRequest;
import sampan.engine.networks.Sandbox;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.netlink.MacAddress;
import sampan.linux.netlink.NetNamespace;
import sampan.linux.netlink.RouteSocket;
import sampan.linux.nftables.Flows;
import sampan.linux.nftables.ForeignChains;
import sampan.linux.nftables.NatNetwork;
import sampan.linux.nftables.NatTable;
import sampan.linux.nftables.PortKey;
import sampan.linux.nftables.PortTarget;
import sampan.linux.nftables.TableWatch;

/// The driver of one bridge network. See the package for how its parts play together.
public final class BridgeDriver implements NetworkDriver {
    private static final Path FORWARDING = Path.of("/proc/sys/net/ipv4/ip_forward");
    private static final int ADDRESS_TRIES = 8;

    private final Network network;
    private final Network.Bridged bridged;
    private final HostNamespace host;
    private final Wiring wiring;
    private final Ipam addresses;
    private final NatTable table;
    private final TableWatch watch;
    private final Mending mending;
    private final NetNamespace home;
    private final HeldPorts held;
    private final StaleFlows flows;
    private final Publisher publisher;
    private final Leaving leaving;
    private final SandboxPool<Made> pool;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final ConcurrentHashMap<String, Endpoint> endpoints = new ConcurrentHashMap<>();

    /// A namespace that waits for its container.
    private record Made(NetNamespace namespace, Inet4Address address, MacAddress mac) {}

    private BridgeDriver(
            Network network,
            BridgeSettings settings,
            HostNamespace host,
            Consumer<String> notices) {
        this.network = network;
        this.bridged = network.bridged().orElseThrow();
        this.host = host;
        // The first that may fail: not every kernel has it.
        this.table = host.call(() -> NatTable.open(BridgeSettings.table(bridged.bridge())));
        this.wiring = new Wiring(bridged, host.call(RouteSocket::open));
        this.addresses = new Ipam(bridged.subnet(), bridged.gateway());
        this.held = new HeldPorts(host);
        this.flows = new StaleFlows(host.call(Flows::open), notices);
        this.publisher = new Publisher(table, held, this::portsChanged);
        this.leaving = new Leaving(wiring, addresses);
        this.watch = host.call(() -> TableWatch.open(table, r -> notices.accept(told(r))));
        this.home = host.call(NetNamespace::current);
        this.pool = new SandboxPool<>(settings.poolSize(), new PoolMaker(notices));
        this.mending =
                host.call(() ->
                        new Mending(
                                wiring,
                                bridged.bridge(),
                                endpoints,
                                () -> pool.drain().forEach(this::discard),
                                notices));
    }

    /// Makes the bridge and the firewall table, takes over what runs, removes what a dead daemon
    /// left.
    ///
    /// @param network of driver `bridge`, as the catalog has it
    /// @param host where the bridge is
    /// @param running endpoints and ports of the containers that run
    /// @param notices gets what an administrator should read, one line each, from any thread
    public static BridgeDriver open(
            Network network,
            BridgeSettings settings,
            HostNamespace host,
            Collection<Attachment> running,
            Consumer<String> notices) {
        BridgeDriver driver = new BridgeDriver(network, settings, host, notices);
        boolean done = false;
        try {
            driver.wiring.ensureBridge();
            driver.allowForwarding(notices);
            driver.restore(running, notices);
            driver.watch.start();
            driver.mending.start();
            driver.pool.start();
            done = true;
            return driver;
        } finally {
            if (!done) {
                driver.close();
            }
        }
    }

    public Network network() {
        return network;
    }

    @Override
    public Sandbox take(Request request) {
        if (request.address().isPresent() || request.mac().isPresent()) {
            NetNamespace namespace = NetNamespace.create();
            boolean done = false;
            try {
                Sandbox sandbox = new Sandbox(namespace, attach(request, namespace));
                done = true;
                return sandbox;
            } finally {
                if (!done) {
                    namespace.close();
                }
            }
        }
        Made made = pool.take();
        Endpoint endpoint = register(request.containerId(), made.address(), made.mac());
        mending.used(endpoint.hostLink());
        return new Sandbox(made.namespace(), endpoint);
    }

    @Override
    public Endpoint attach(Request request, NetNamespace namespace) {
        Inet4Address address = request.address().orElseGet(addresses::allocate);
        request.address().ifPresent(addresses::reserve);
        MacAddress mac = request.mac().orElseGet(() -> MacAddress.of(address));
        boolean done = false;
        try {
            wiring.connect(address, mac, namespace);
            done = true;
        } finally {
            if (!done) {
                addresses.release(address);
            }
        }
        return register(request.containerId(), address, mac);
    }

    @Override
    public List<PortMapping> publish(Endpoint endpoint, List<PortRequest> requests) {
        return publisher.publish(endpoint, requests);
    }

    @Override
    public void unpublish(Endpoint endpoint) {
        publisher.unpublish(endpoint);
    }

    @Override
    public void detach(Endpoint endpoint) {
        publisher.unpublish(endpoint);
        if (endpoints.remove(endpoint.id()) != null) {
            leaving.add(endpoint.hostLink(), endpoint.address());
            pool.wake();
        }
    }

    @Override
    public void release(Sandbox sandbox) {
        sandbox.namespace().close();
        detach(sandbox.endpoint());
    }

    @Override
    public List<Endpoint> endpoints() {
        return List.copyOf(endpoints.values());
    }

    @Override
    public void namespaces(Function<String, Optional<NetNamespace>> of) {
        mending.namespaces(of);
    }

    @Override
    public List<Leftover> leftovers() {
        return wiring.links().stream()
                .filter(link -> !isUsed(link))
                .map(link ->
                        new Leftover(
                                "link " + link,
                                "no container is connected by it",
                                () -> {
                                    if (!isUsed(link)) {
                                        wiring.delete(link);
                                    }
                                }))
                .toList();
    }

    // Its address is taken before a link is made, and free again when that is gone.
    private boolean isUsed(String link) {
        return BridgeSettings.address(bridged, link).filter(addresses::isTaken).isPresent();
    }

    /// Foreign firewall chains that drop forwarded packets, which a table of ours cannot overrule.
    @Override
    public List<String> obstacles() {
        return host.call(ForeignChains::forwardDrops).stream()
                .map(drop ->
                        "firewall chain "
                                + drop.chain()
                                + " of table "
                                + drop.family()
                                + " "
                                + drop.table()
                                + " drops forwarded packets unless a rule of its own accepts"
                                + " them: let it accept what comes in or goes out by "
                                + bridged.bridge())
                .toList();
    }

    /// Gives back the sandboxes that wait, where memory is short or the daemon rests.
    ///
    /// @param size how many are made ahead from now on
    public void resizePool(int size) {
        pool.resize(size).forEach(this::discard);
    }

    /// How many sandboxes wait.
    public int pooled() {
        return pool.ready();
    }

    /// Closes, and takes bridge and firewall table away: for a daemon that leaves no containers.
    public void remove() {
        if (closed.getAndSet(true)) {
            throw new IllegalStateException("the driver is closed");
        }
        stop();
        table.remove();
        wiring.delete(bridged.bridge());
        closeSockets();
    }

    @Override
    public void close() {
        if (!closed.getAndSet(true)) {
            stop();
            closeSockets();
        }
    }

    @Override
    public void retire() {
        if (!endpoints.isEmpty()) {
            close();
        } else if (!closed.get()) {
            remove();
        }
    }

    private void stop() {
        // It must not take what we give up for lost.
        mending.close();
        pool.stop().forEach(made -> made.namespace().close());
        watch.close();
        held.close();
    }

    private void closeSockets() {
        table.close();
        flows.close();
        wiring.close();
        home.close();
    }

    private void restore(Collection<Attachment> found, Consumer<String> notices) {
        Set<String> known = new HashSet<>();
        List<Attachment> running = new ArrayList<>();
        for (Attachment attachment : found) {
            Endpoint endpoint = attachment.endpoint();
            try {
                addresses.reserve(endpoint.address());
            } catch (SampanException e) {
                // The record of a start that failed, whose address somebody else has by now.
                notices.accept(
                        "container "
                                + endpoint.containerId()
                                + " is not connected: "
                                + e.getMessage());
                continue;
            }
            running.add(attachment);
            endpoints.put(endpoint.id(), endpoint);
            known.add(endpoint.hostLink());
        }
        Set<String> present = Set.copyOf(wiring.links());
        present.stream().filter(link -> !known.contains(link)).forEach(wiring::delete);
        for (Attachment attachment : running) {
            if (!present.contains(attachment.endpoint().hostLink())) {
                reconnect(attachment, notices);
            }
        }
        publisher.restore(
                new NatNetwork(
                        bridged.bridge(),
                        bridged.subnet().lowest(),
                        bridged.subnet().prefix(),
                        true),
                running,
                notices);
    }

    private void reconnect(Attachment attachment, Consumer<String> notices) {
        Endpoint endpoint = attachment.endpoint();
        String what = "link " + endpoint.hostLink() + " of container " + endpoint.containerId();
        if (attachment.process().isEmpty()) {
            notices.accept(what + " is gone");
            return;
        }
        try (NetNamespace namespace = NetNamespace.ofProcess(attachment.process().getAsLong())) {
            wiring.connect(endpoint.address(), endpoint.mac(), namespace);
            notices.accept(what + " was gone and has been made again");
        } catch (SampanException e) {
            notices.accept(what + " is gone and could not be made again: " + e.getMessage());
        }
    }

    private Endpoint register(String containerId, Inet4Address address, MacAddress mac) {
        Endpoint endpoint =
                new Endpoint(
                        NetworkCatalog.randomId(),
                        containerId,
                        network.id(),
                        address,
                        bridged.subnet().prefix(),
                        bridged.gateway(),
                        mac,
                        wiring.link(address));
        endpoints.put(endpoint.id(), endpoint);
        return endpoint;
    }

    private void portsChanged(Map<PortKey, PortTarget> ports, boolean published) {
        if (flows.add(ports, published)) {
            pool.wake();
        }
    }

    private void discard(Made made) {
        mending.used(wiring.link(made.address()));
        made.namespace().close();
        leaving.add(wiring.link(made.address()), made.address());
        pool.wake();
    }

    private void allowForwarding(Consumer<String> notices) {
        boolean changed =
                host.call(() -> {
                    try {
                        if (!Files.readString(FORWARDING).strip().equals("0")) {
                            return false;
                        }
                        Files.writeString(FORWARDING, "1");
                        return true;
                    } catch (IOException e) {
                        throw new SampanException(
                                ErrorCode.UNAVAILABLE,
                                "containers cannot reach the world: writing "
                                        + FORWARDING
                                        + " failed: "
                                        + e.getMessage(),
                                e);
                    }
                });
        if (changed) {
            notices.accept("switched on the forwarding of IPv4 packets (" + FORWARDING + ")");
        }
    }

    private static String told(TableWatch.Repair repair) {
        return repair.success()
                ? "firewall laid again: " + repair.reason()
                : "firewall not in place: " + repair.reason();
    }

    /// Makes sandboxes and sees leaving links off, on the pool's thread.
    private final class PoolMaker implements SandboxPool.Maker<Made> {
        private final Consumer<String> notices;

        private PoolMaker(Consumer<String> notices) {
            this.notices = notices;
        }

        @Override
        public Made make() {
            for (int i = 1; ; i++) {
                Inet4Address address = allocate();
                MacAddress mac = MacAddress.of(address);
                NetNamespace namespace = NetNamespace.unshare();
                try (RouteSocket inside = RouteSocket.open()) {
                    wiring.connect(address, mac, namespace, inside);
                    mending.spare(wiring.link(address));
                    return new Made(namespace, address, mac);
                } catch (SampanException e) {
                    namespace.close();
                    if (wiring.exists(wiring.link(address)) && i < ADDRESS_TRIES) {
                        // Somebody has the link and with it the address: it stays out of use.
                        notices.accept(
                                "link " + wiring.link(address) + " is not ours: " + e.getMessage());
                        continue;
                    }
                    addresses.release(address);
                    throw e;
                } finally {
                    // A thread that stayed inside would keep the namespace alive.
                    home.enter();
                }
            }
        }

        @Override
        public boolean chores() {
            try {
                flows.settle();
                return leaving.settle();
            } catch (SampanException e) {
                notices.accept("looking after ended containers failed: " + e.getMessage());
                return true;
            }
        }

        private Inet4Address allocate() {
            try {
                return addresses.allocate();
            } catch (SampanException e) {
                leaving.force();
                return addresses.allocate();
            }
        }
    }
}

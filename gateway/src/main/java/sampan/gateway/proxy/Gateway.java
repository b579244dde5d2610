package sampan.gateway.proxy;

import java.lang.System.Logger.Level;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import sampan.gateway.metrics.AccessLog;
import sampan.gateway.metrics.RouteStats;
import sampan.gateway.routes.Refusals;
import sampan.gateway.routes.RoutingTable;
import sampan.gateway.routes.Target;
import sampan.gateway.traces.SpanCounts;
import sampan.gateway.traces.Tracer;
import sampan.linux.net.InternetAddress;
import sampan.linux.net.ListenSocket;
import sampan.linux.sys.Fd;

/// The loops and what they share. Routes and listeners change while requests are under way, and no
/// connection notices.
///
/// Thread-safe. [#close] drops what is under way; [#drain] lets it end before.
public final class Gateway implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Gateway.class.getName());
    private static final int JOIN_MILLIS_MAX = 5_000;
    private static final int DRAIN_STEP_MILLIS = 20;
    private static final int SETTLE_STEP_MILLIS = 1;

    private final Loop[] loops;
    private final Optional<AccessLog> accessLog;
    private final RouteStats unrouted;
    private final SpanCounts spans = new SpanCounts();
    private final Map<InternetAddress, Integer> listening = new LinkedHashMap<>();
    private final Map<InternetAddress, Integer> ports = new LinkedHashMap<>();
    private final CountDownLatch failed = new CountDownLatch(1);
    private final ListenSockets sockets;
    private volatile Consumer<String> waker = _ -> {};
    private volatile Snapshot snapshot;
    private volatile @Nullable Refusals refusals;
    private volatile List<RouteStats> consumers = List.of();
    private volatile @Nullable Tracer tracer;
    private int listened;

    /// Starts loops that listen nowhere yet, on sockets of their own.
    public Gateway(
            int loopCount, RoutingTable table, ProxyLimits limits, Optional<AccessLog> accessLog) {
        this(loopCount, table, limits, accessLog, ListenSockets.OWN);
    }

    /// Starts loops that listen nowhere yet.
    ///
    /// @param sockets where those come from that [#listen] is to use
    public Gateway(
            int loopCount,
            RoutingTable table,
            ProxyLimits limits,
            Optional<AccessLog> accessLog,
            ListenSockets sockets) {
        this.sockets = sockets;
        this.accessLog = accessLog;
        unrouted = new RouteStats("", loopCount);
        snapshot = Snapshot.of(table, limits);
        loops = new Loop[loopCount];
        for (int i = 0; i < loopCount; i++) {
            loops[i] = new Loop(this, i, snapshot);
        }
        for (Loop loop : loops) {
            loop.start();
        }
    }

    /// Listens at these addresses and at no others. What cannot be bound fails, and then nothing
    /// has changed. An address that is listened on already treats who comes from now on by its new
    /// rule.
    public synchronized void listen(Collection<Listener> wanted) {
        Map<InternetAddress, Listener> addresses = new LinkedHashMap<>();
        wanted.forEach(listener -> addresses.put(listener.address(), listener));
        Map<InternetAddress, List<Fd>> opened = new LinkedHashMap<>();
        try {
            for (InternetAddress address : addresses.keySet()) {
                if (!listening.containsKey(address)) {
                    opened.put(address, sockets.open(address, loops.length));
                }
            }
        } catch (RuntimeException e) {
            opened.values().forEach(fds -> fds.forEach(Fd::close));
            throw e;
        }
        listening.forEach((address, at) -> {
            Listener rule = addresses.get(address);
            if (rule != null) {
                for (Loop loop : loops) {
                    loop.order(() -> loop.rule(at, rule));
                }
            }
        });
        opened.forEach((address, fds) -> {
            Listener rule = Objects.requireNonNull(addresses.get(address));
            listening.put(address, listened++);
            ports.put(address, ListenSocket.port(fds.getFirst()));
            for (int i = 0; i < loops.length; i++) {
                Loop loop = loops[i];
                Fd socket = fds.get(i);
                loop.order(() -> loop.listen(socket, rule));
            }
        });
        List<InternetAddress> gone =
                listening.keySet().stream().filter(a -> !addresses.containsKey(a)).toList();
        for (InternetAddress address : gone) {
            int at = Objects.requireNonNull(listening.remove(address));
            ports.remove(address);
            for (Loop loop : loops) {
                loop.order(() -> loop.unlisten(at));
            }
        }
    }

    /// Routes by another table from the next batch of events on.
    ///
    /// @param gone targets that no table names any more
    public void publish(RoutingTable table, ProxyLimits limits, Set<Target> gone) {
        snapshot = Snapshot.of(table, limits);
        for (Target target : gone) {
            target.retire(true);
            for (Loop loop : loops) {
                loop.order(() -> loop.pool(target).closeAll());
            }
        }
    }

    /// Waits until all loops go by the table that was published last and these targets have no
    /// request under way.
    ///
    /// @return whether that was so within that time
    public boolean settle(Set<Target> targets, long millisMax) throws InterruptedException {
        long end = System.nanoTime() + millisMax * 1_000_000;
        // An order may be met in a batch that began before the table came; the next is behind it.
        for (int round = 0; round < 2; round++) {
            CountDownLatch met = new CountDownLatch(loops.length);
            for (Loop loop : loops) {
                loop.order(met::countDown);
            }
            if (!met.await(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                return false;
            }
        }
        while (targets.stream().anyMatch(target -> target.active() > 0)) {
            if (System.nanoTime() - end > 0) {
                return false;
            }
            Thread.sleep(SETTLE_STEP_MILLIS);
        }
        return true;
    }

    /// Who is told the names of services that a request waits for. It must not block.
    public void waker(Consumer<String> waker) {
        this.waker = waker;
    }

    void wakeUp(String service) {
        waker.accept(service);
    }

    /// Takes no more connections, closes those that wait, lets the others end.
    ///
    /// @return whether all have ended within that time
    public boolean drain(long millisMax) throws InterruptedException {
        for (Loop loop : loops) {
            loop.order(loop::drain);
        }
        long end = System.nanoTime() + millisMax * 1_000_000;
        while (clients() > 0) {
            if (System.nanoTime() - end > 0) {
                return false;
            }
            Thread.sleep(DRAIN_STEP_MILLIS);
        }
        return true;
    }

    /// Clients that are connected.
    public int clients() {
        int sum = 0;
        for (Loop loop : loops) {
            sum += loop.clients();
        }
        return sum;
    }

    public int loops() {
        return loops.length;
    }

    /// Requests for which there was no route.
    public RouteStats unrouted() {
        return unrouted;
    }

    public RoutingTable table() {
        return snapshot.table();
    }

    public Optional<AccessLog> accessLog() {
        return accessLog;
    }

    /// Counters of consumers, by name.
    public List<RouteStats> consumers() {
        return consumers;
    }

    public void consumers(List<RouteStats> counters) {
        consumers = List.copyOf(counters);
    }

    /// Who is told of requests that filters refuse.
    public void refusals(Refusals told) {
        refusals = told;
    }

    @Nullable Refusals refusals() {
        return refusals;
    }

    /// Who traces requests that come from now on, none for nobody. Who did before may be closed
    /// after it.
    public void tracer(Optional<Tracer> next) {
        tracer = next.orElse(null);
    }

    /// What became of spans, of all tracers one after the other.
    public SpanCounts spans() {
        return spans;
    }

    @Nullable Tracer tracer() {
        return tracer;
    }

    Snapshot snapshot() {
        return snapshot;
    }

    void loopFailed() {
        failed.countDown();
    }

    /// Waits for a loop to fail, after which the process had better end.
    ///
    /// @return whether one has
    public boolean awaitFailure(long millisMax) throws InterruptedException {
        return failed.await(millisMax, TimeUnit.MILLISECONDS);
    }

    /// The port that an address of [#listen] got, which matters for port 0.
    public synchronized int port(InternetAddress address) {
        Integer port = ports.get(address);
        if (port == null) {
            throw new IllegalArgumentException(address + " is not listened on");
        }
        return port;
    }

    @Override
    public void close() {
        for (Loop loop : loops) {
            loop.end();
        }
        try {
            for (Loop loop : loops) {
                loop.join(JOIN_MILLIS_MAX);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        accessLog.ifPresent(AccessLog::close);
        LOG.log(Level.DEBUG, "the gateway has ended");
    }
}

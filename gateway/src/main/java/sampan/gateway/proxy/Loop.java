package sampan.gateway.proxy;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import sampan.gateway.metrics.RouteStats;
import sampan.gateway.routes.Refusals;
import sampan.gateway.routes.RequestView;
import sampan.gateway.routes.Route;
import sampan.gateway.routes.RoutingTable;
import sampan.gateway.routes.Service;
import sampan.gateway.routes.Target;
import sampan.gateway.wire.RequestHead;
import sampan.gateway.wire.ResponseHead;
import sampan.linux.net.Epoll;
import sampan.linux.net.InternetAddress;
import sampan.linux.net.Memory;
import sampan.linux.net.NetCalls;
import sampan.linux.poll.Readiness;
import sampan.linux.sys.Errno;
import sampan.linux.sys.Fd;

/// One thread with its sockets: waits, dispatches, and never blocks otherwise.
final class Loop implements Runnable {
    /// What one read takes at most.
    static final int RECEIVE_BYTES = 64 << 10;

    private static final System.Logger LOG = System.getLogger(Loop.class.getName());
    // A head that grows is laid in front of what was received.
    private static final int HEADROOM_BYTES = 64 << 10;
    private static final int BATCH = 256;
    private static final int ACCEPTS_MAX = 64;
    private static final int ORDERS_MAX = 1024;
    private static final long LISTENER_TOKEN = Epoll.WAKE_TOKEN - 1;
    private static final int SOCKADDR_BYTES = 28;
    private static final long PAUSE_NANOS = 100_000_000;

    final NetCalls calls = new NetCalls();
    final Epoll epoll = new Epoll(BATCH);
    final Timers timers;
    final Alarms alarms = new Alarms();
    final Buffers buffers;
    final long receiveAt = Memory.allocate(HEADROOM_BYTES + RECEIVE_BYTES + 64) + HEADROOM_BYTES;
    final RequestHead request = new RequestHead();
    final ResponseHead response = new ResponseHead();
    final RequestView view = new RequestView(request);
    final RoutingTable.Room room = new RoutingTable.Room();
    final HeadWriter writer = new HeadWriter();
    final Http2Room http2 = new Http2Room(this);
    final RequestLog log;
    final RequestTraces traces = new RequestTraces(this);
    final Waiting waiting = new Waiting(this);
    final Mirrors mirrors = new Mirrors(this);
    final Encoders encoders = new Encoders();
    final int index;
    long now = System.nanoTime();

    private final Gateway gateway;
    private final Thread thread;
    private final BlockingQueue<Runnable> orders = new ArrayBlockingQueue<>(ORDERS_MAX);
    private final List<@Nullable Fd> listeners = new ArrayList<>();
    private final List<Listener> rules = new ArrayList<>();
    private final Lateness lateness = new Lateness();
    private final long peer = Memory.allocate(InternetAddress.BYTES_MAX);
    private final long peerLength = Memory.allocate(8);
    private @Nullable Connection[] connections = new @Nullable Connection[256];
    private int slots;
    private final List<ClientConnection> freeClients = new ArrayList<>();
    private final List<Exchange> freeExchanges = new ArrayList<>();
    private final List<UpstreamConnection> freeUpstreams = new ArrayList<>();
    private final List<UpstreamCarrier> freeCarriers = new ArrayList<>();
    private final List<Connection> closed = new ArrayList<>();
    private List<Connection> later = new ArrayList<>();
    private List<Connection> due = new ArrayList<>();
    private Snapshot snapshot;
    private final AtomicInteger clients = new AtomicInteger();
    private volatile boolean ending;
    private boolean draining;
    private boolean accepting = true;
    private long acceptAgain;

    Loop(Gateway gateway, int index, Snapshot snapshot) {
        this.gateway = gateway;
        this.index = index;
        this.snapshot = snapshot;
        timers = new Timers(now);
        buffers = new Buffers(snapshot.limits().bufferBytesMax());
        log = new RequestLog(this, gateway.accessLog());
        thread = Thread.ofPlatform().name("loop-" + index).unstarted(this);
    }

    void start() {
        thread.start();
    }

    void join(long millis) throws InterruptedException {
        thread.join(millis);
    }

    /// Has the loop's thread do something soon. For other threads.
    void order(Runnable what) {
        if (!orders.offer(what)) {
            throw new IllegalStateException("over " + ORDERS_MAX + " orders wait for a loop");
        }
        epoll.wake();
    }

    void end() {
        ending = true;
        epoll.wake();
    }

    @Override
    public void run() {
        try {
            while (!ending) {
                turn();
            }
        } catch (RuntimeException | Error e) {
            LOG.log(Level.ERROR, "loop " + index + " failed", e);
            gateway.loopFailed();
        } finally {
            closeAll();
        }
    }

    private void turn() {
        boolean atOnce = log.isWaiting() || !later.isEmpty();
        int count = epoll.await(atOnce ? 0 : alarms.waitMillis(now, timers.waitMillis(now)));
        now = System.nanoTime();
        snapshot = gateway.snapshot();
        traces.turn(gateway.tracer());
        for (int i = 0; i < count; i++) {
            dispatch(epoll.token(i), epoll.readiness(i));
        }
        timers.advance(now);
        alarms.ring(now);
        goOn();
        for (int i = 0; i < closed.size(); i++) {
            recycle(closed.get(i));
        }
        closed.clear();
        http2.turn();
        if (!accepting && now - acceptAgain >= 0) {
            accepting(true);
        }
        log.flush(count == 0);
        if (view.isLatenessWanted()) {
            view.lateness(lateness.turn(now, System.nanoTime(), count == BATCH));
        }
    }

    /// What comes up now waits for the next turn, so that nobody keeps the others from theirs.
    private void goOn() {
        List<Connection> turn = later;
        later = due;
        due = turn;
        for (int i = 0; i < turn.size(); i++) {
            Connection connection = turn.get(i);
            connection.isLater = false;
            if (connection.isOpen()) {
                connection.goOn();
            }
        }
        turn.clear();
    }

    private void dispatch(long token, int readiness) {
        if (token == Epoll.WAKE_TOKEN) {
            epoll.awake();
            for (Runnable order = orders.poll(); order != null; order = orders.poll()) {
                order.run();
            }
            waiting.resume();
        } else if (token <= LISTENER_TOKEN) {
            accept((int) (LISTENER_TOKEN - token));
        } else {
            Connection connection = connections[(int) token];
            // An event of this batch may be of a connection that an event before has closed.
            if (connection != null && connection.isOpen() && connection.token() == token) {
                connection.dispatch(readiness);
            }
        }
    }

    /// Accepts on a socket from now on; owns it.
    void listen(Fd socket, Listener rule) {
        listeners.add(socket);
        rules.add(rule);
        epoll.add(socket.number(), Readiness.IN, LISTENER_TOKEN - (listeners.size() - 1));
    }

    /// Who comes to the i-th socket from now on is treated so.
    void rule(int i, Listener rule) {
        rules.set(i, rule);
    }

    /// Accepts no more on the i-th socket that it was given, but what the kernel has accepted on it
    /// already: nobody else would answer that.
    void unlisten(int i) {
        if (!ending) {
            accept(i);
        }
        Fd socket = listeners.set(i, null);
        if (socket != null) {
            socket.close();
        }
    }

    private void accept(int listener) {
        Fd socket = listeners.get(listener);
        for (int i = 0; i < ACCEPTS_MAX && socket != null; i++) {
            if (clients.get() >= limits().connectionsMax()) {
                accepting(false);
                return;
            }
            Memory.putInt(peerLength, InternetAddress.BYTES_MAX);
            int descriptor = calls.accept(socket.number(), peer, peerLength);
            if (descriptor < 0) {
                if (descriptor == -Errno.EMFILE
                        || descriptor == -Errno.ENFILE
                        || descriptor == -Errno.ENOBUFS
                        || descriptor == -Errno.ENOMEM) {
                    accepting(false);
                }
                return;
            }
            calls.noDelay(descriptor);
            ClientConnection client = client();
            if (!client.open(descriptor, false)) {
                client.close();
                return;
            }
            clients.incrementAndGet();
            client.begin(peer, rules.get(listener));
        }
    }

    /// Where nothing more can be taken, what comes waits in the kernel's queue for a while.
    private void accepting(boolean on) {
        accepting = on;
        acceptAgain = now + PAUSE_NANOS;
        for (int i = 0; i < listeners.size(); i++) {
            Fd socket = listeners.get(i);
            if (socket != null) {
                epoll.modify(socket.number(), on ? Readiness.IN : 0, LISTENER_TOKEN - i);
            }
        }
    }

    /// A connection for a stream of another.
    ClientConnection stream() {
        return client();
    }

    private ClientConnection client() {
        if (!freeClients.isEmpty()) {
            return freeClients.removeLast();
        }
        ClientConnection client = new ClientConnection(this, slots);
        register(client);
        return client;
    }

    Exchange exchange(ClientConnection client) {
        if (freeExchanges.isEmpty()) {
            return new Exchange(this, client);
        }
        Exchange exchange = freeExchanges.removeLast();
        exchange.serve(client);
        return exchange;
    }

    /// One that is given up in the middle may still be known to others.
    void free(Exchange exchange) {
        if (exchange.isOver()) {
            freeExchanges.add(exchange);
        }
    }

    private void register(Connection connection) {
        if (slots == connections.length) {
            connections = Arrays.copyOf(connections, slots * 2);
        }
        connections[slots++] = connection;
    }

    /// Begins to connect; null where that fails at once.
    @Nullable UpstreamConnection connect(Target target) {
        if (target.dialing().isShared()) {
            UpstreamCarrier carrier = carrier(target);
            if (carrier == null) {
                return null;
            }
            UpstreamConnection connection = upstream();
            connection.begin(carrier);
            return connection;
        }
        int socket = dial(target);
        if (socket < 0) {
            return null;
        }
        UpstreamConnection connection = upstream();
        connection.begin(target);
        if (!connection.open(socket, true)) {
            connection.close();
            return null;
        }
        return connection;
    }

    private UpstreamConnection upstream() {
        if (!freeUpstreams.isEmpty()) {
            return freeUpstreams.removeLast();
        }
        UpstreamConnection connection = new UpstreamConnection(this, slots);
        register(connection);
        return connection;
    }

    /// Begins to connect a socket, -1 where that fails at once.
    private int dial(Target target) {
        int socket = calls.socket(target.family());
        if (socket < 0) {
            return -1;
        }
        calls.noDelay(socket);
        int connected = calls.connect(socket, target.address(), target.addressLength());
        if (connected < 0 && connected != -Errno.EINPROGRESS) {
            calls.close(socket);
            return -1;
        }
        return socket;
    }

    private @Nullable UpstreamCarrier carrier(Target target) {
        UpstreamCarrier known = pool(target).carrier();
        if (known != null) {
            return known;
        }
        int socket = dial(target);
        if (socket < 0) {
            return null;
        }
        UpstreamCarrier carrier;
        if (freeCarriers.isEmpty()) {
            carrier = new UpstreamCarrier(this, slots);
            register(carrier);
        } else {
            carrier = freeCarriers.removeLast();
        }
        carrier.begin(target);
        if (!carrier.open(socket, true)) {
            carrier.close();
            return null;
        }
        pool(target).add(carrier);
        return carrier;
    }

    /// @param socket whether it had one of its own
    void closed(Connection connection, boolean socket) {
        if (socket && connection instanceof ClientConnection) {
            clients.decrementAndGet();
        }
        connection.reset();
        closed.add(connection);
    }

    private void recycle(Connection connection) {
        switch (connection) {
            case ClientConnection client -> freeClients.add(client);
            case UpstreamConnection upstream -> freeUpstreams.add(upstream);
            case UpstreamCarrier carrier -> freeCarriers.add(carrier);
            default -> throw new AssertionError(connection);
        }
    }

    /// Has [Connection#goOn] be called soon.
    void later(Connection connection) {
        if (!connection.isLater) {
            connection.isLater = true;
            later.add(connection);
        }
    }

    /// Writes a socket's own address.
    void ownAddress(int descriptor, long to) {
        Memory.putInt(peerLength, InternetAddress.BYTES_MAX);
        if (calls.ownAddress(descriptor, peer, peerLength) >= 0) {
            Memory.copy(peer, to, SOCKADDR_BYTES);
        }
    }

    UpstreamPool pool(Target target) {
        Object pool = target.attachment(index);
        if (pool == null) {
            pool = new UpstreamPool();
            target.attach(index, pool);
        }
        return (UpstreamPool) pool;
    }

    RoutingTable table() {
        return snapshot.table();
    }

    ProxyLimits limits() {
        return snapshot.limits();
    }

    RequestWriter.Told told() {
        return snapshot.told();
    }

    /// A filter refused the request that the view shows.
    void refused(Route route, int status) {
        Refusals told = gateway.refusals();
        if (told != null) {
            told.refused(view, route, status);
        }
    }

    RouteStats stats(@Nullable Route route) {
        return route == null ? gateway.unrouted() : route.stats();
    }

    /// Asks for a target of a service that has none.
    void wakeUp(Service service) {
        gateway.wakeUp(service.name());
    }

    boolean isDraining() {
        return draining;
    }

    /// Clients that are connected. For other threads too.
    int clients() {
        return clients.get();
    }

    /// Takes no more connections and closes those that wait for a request.
    void drain() {
        draining = true;
        for (int i = 0; i < slots; i++) {
            if (connections[i] instanceof ClientConnection client && client.isOpen()) {
                client.drain();
            }
        }
        // Who comes with it has not been served yet: one request, then the connection ends.
        for (int i = 0; i < listeners.size(); i++) {
            unlisten(i);
        }
    }

    private void closeAll() {
        for (int i = 0; i < listeners.size(); i++) {
            unlisten(i);
        }
        for (int i = 0; i < slots; i++) {
            Connection connection = connections[i];
            if (connection != null && connection.descriptor() >= 0) {
                calls.close(connection.descriptor());
            }
        }
        log.flush(true);
        epoll.close();
        buffers.close();
    }
}

package sampan.engine.networks.bridge;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

/// Carries datagrams of IPv6 clients to containers and their answers back. Those of IPv4 clients
/// that come here are dropped: they belong to flows from before the port was published, which the
/// kernel is about to forget, and an answer from here would make it remember them anew.
///
/// Each client of a port gets a socket of its own towards the container, a *flow*, until it has
/// been silent for [#IDLE]. At most [#LIMIT] flows; a further one takes the place of the one that
/// has been silent longest. All on the selector's thread.
final class UdpRelay {
    static final int LIMIT = 1024;
    static final Duration IDLE = Duration.ofSeconds(60);

    private static final int DATAGRAM_BYTES = 65_536;
    private static final int BURST = 64;

    private final HostNamespace host;
    private final Selector selector;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(DATAGRAM_BYTES);
    private final Map<FlowKey, Flow> flows = new LinkedHashMap<>(16, 0.75f, true);

    /// A published port.
    record Door(DatagramChannel socket, InetSocketAddress target) {}

    private record FlowKey(Door door, SocketAddress client) {}

    private static final class Flow {
        private final FlowKey key;
        private final DatagramChannel socket;
        private long last;

        private Flow(FlowKey key, DatagramChannel socket) {
            this.key = key;
            this.socket = socket;
        }
    }

    UdpRelay(HostNamespace host, Selector selector) {
        this.host = host;
        this.selector = selector;
    }

    Door door(DatagramChannel socket, InetSocketAddress target) {
        return new Door(socket, target);
    }

    /// How long the selector may sleep; 0 is without limit.
    long idleMillis() {
        return flows.isEmpty() ? 0 : IDLE.toMillis();
    }

    /// Moves what has arrived at a port or at a flow, a bounded number at a time.
    void serve(SelectionKey key) {
        try {
            for (int i = 0; i < BURST; i++) {
                boolean more =
                        switch (key.attachment()) {
                            case Door door -> fromClient(door);
                            case Flow flow -> fromContainer(flow);
                            case null, default -> false;
                        };
                if (!more) {
                    return;
                }
            }
        } catch (IOException | SampanException e) {
            // Nobody listens at the other side, or sockets are short: datagrams may get lost.
        }
    }

    /// Ends the flows that have been silent too long.
    void expire() {
        long now = System.nanoTime();
        List<Flow> silent = new ArrayList<>();
        for (Flow flow : flows.values()) {
            if (now - flow.last < IDLE.toNanos()) {
                break;
            }
            silent.add(flow);
        }
        silent.forEach(this::end);
    }

    /// Ends the flows of a port.
    void forget(DatagramChannel socket) {
        flows.values().stream()
                .filter(flow -> flow.key.door().socket().equals(socket))
                .toList()
                .forEach(this::end);
    }

    private boolean fromClient(Door door) throws IOException {
        SocketAddress client = door.socket().receive(buffer.clear());
        if (client == null) {
            return false;
        }
        if (HeldPorts.isIpv4(client)) {
            return true;
        }
        Flow flow = flow(new FlowKey(door, client));
        flow.last = System.nanoTime();
        flow.socket.write(buffer.flip());
        return true;
    }

    private boolean fromContainer(Flow flow) throws IOException {
        if (flow.socket.receive(buffer.clear()) == null) {
            return false;
        }
        flow.last = System.nanoTime();
        // Reading the entry moves it to the end of the order.
        flows.get(flow.key);
        flow.key.door().socket().send(buffer.flip(), flow.key.client());
        return true;
    }

    private Flow flow(FlowKey key) throws IOException {
        Flow known = flows.get(key);
        if (known != null) {
            return known;
        }
        if (flows.size() == LIMIT) {
            end(flows.values().iterator().next());
        }
        DatagramChannel socket = host.call(UdpRelay::socket);
        Flow flow = new Flow(key, socket);
        try {
            socket.connect(key.door().target());
            socket.configureBlocking(false);
            socket.register(selector, SelectionKey.OP_READ, flow);
        } catch (IOException e) {
            HeldPorts.closeQuietly(socket);
            throw e;
        }
        flows.put(key, flow);
        return flow;
    }

    private void end(@Nullable Flow flow) {
        if (flow != null) {
            flows.remove(flow.key);
            HeldPorts.closeQuietly(flow.socket);
        }
    }

    private static DatagramChannel socket() {
        try {
            return DatagramChannel.open(StandardProtocolFamily.INET);
        } catch (IOException e) {
            throw new SampanException(
                    ErrorCode.UNAVAILABLE, "no socket to a container: " + e.getMessage(), e);
        }
    }
}

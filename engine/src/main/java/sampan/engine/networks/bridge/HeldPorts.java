package sampan.engine.networks.bridge;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import sampan.engine.networks.Protocol;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

/// A socket for each published port: nobody else can take the port, and what the kernel does not
/// lead to the container by itself arrives here and is relayed.
///
/// The firewall's map leads IPv4 clients before they reach the socket. What does reach it: clients
/// by IPv6, among them those of `[::1]`; and over TCP everybody while the table is gone. Containers
/// see the gateway as the client of what is relayed.
///
/// One platform thread waits on all sockets together; a relayed TCP connection takes two virtual
/// threads. SCTP has no sockets in Java: its ports are led but not held.
final class HeldPorts implements AutoCloseable {
    private static final long PAUSE_NANOS = 20_000_000;
    private static final long STOP_MILLIS = 5_000;

    private final HostNamespace host;
    private final Selector selector;
    private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final TcpRelay tcp;
    private final UdpRelay udp;
    private final Thread thread;
    private volatile boolean closed;

    /// A port that is ours.
    ///
    /// @param port its number
    /// @param channel absent for SCTP
    record Held(int port, Optional<NetworkChannel> channel) {}

    HeldPorts(HostNamespace host) {
        this.host = host;
        try {
            selector = Selector.open();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        tcp = new TcpRelay(host);
        udp = new UdpRelay(host, selector);
        thread = Thread.ofPlatform().name("held-ports").daemon().start(this::work);
    }

    /// Takes a port.
    ///
    /// @param address empty for all addresses of both families
    /// @param port 0 for any free one
    /// @throws BindException where it is taken or the address is not the host's
    Held hold(Protocol protocol, Optional<InetAddress> address, int port) throws BindException {
        if (protocol == Protocol.SCTP) {
            if (port == 0) {
                throw SampanException.invalid("an sctp port needs a host port of its own");
            }
            return new Held(port, Optional.empty());
        }
        NetworkChannel channel = open(protocol, address);
        try {
            InetSocketAddress local =
                    address.map(a -> new InetSocketAddress(a, port))
                            .orElseGet(() -> new InetSocketAddress(port));
            channel.bind(local);
            ((SelectableChannel) channel).configureBlocking(false);
            return new Held(
                    ((InetSocketAddress) channel.getLocalAddress()).getPort(),
                    Optional.of(channel));
        } catch (BindException e) {
            closeQuietly(channel);
            throw e;
        } catch (IOException e) {
            closeQuietly(channel);
            throw new UncheckedIOException(e);
        }
    }

    /// Relays what arrives from now on.
    void lead(Held held, Optional<InetAddress> address, InetSocketAddress target) {
        boolean onlyIpv6 = address.filter(a -> a instanceof Inet6Address).isPresent();
        held.channel()
                .ifPresent(channel -> {
                    try {
                        switch (channel) {
                            case ServerSocketChannel server ->
                                    server.register(
                                            selector,
                                            SelectionKey.OP_ACCEPT,
                                            new Door(server, target, onlyIpv6));
                            case DatagramChannel datagrams ->
                                    datagrams.register(
                                            selector,
                                            SelectionKey.OP_READ,
                                            udp.door(datagrams, target));
                            default ->
                                    throw new IllegalStateException(
                                            "unexpected " + channel.getClass());
                        }
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
        selector.wakeup();
    }

    /// Gives ports back; they are free when this returns. Relayed connections go on until their
    /// ends close them.
    void release(Collection<Held> ports) {
        if (ports.isEmpty()) {
            return;
        }
        CompletableFuture<Void> done = new CompletableFuture<>();
        tasks.add(() -> {
            for (Held held : ports) {
                held.channel().ifPresent(this::close);
            }
            flush();
            done.complete(null);
        });
        selector.wakeup();
        if (closed) {
            return;
        }
        done.completeOnTimeout(null, STOP_MILLIS, TimeUnit.MILLISECONDS).join();
    }

    private NetworkChannel open(Protocol protocol, Optional<InetAddress> address) {
        boolean four = address.filter(a -> a instanceof Inet4Address).isPresent();
        return host.call(() -> {
            try {
                if (protocol == Protocol.TCP) {
                    return four
                            ? ServerSocketChannel.open(StandardProtocolFamily.INET)
                            : ServerSocketChannel.open();
                }
                return four
                        ? DatagramChannel.open(StandardProtocolFamily.INET)
                        : DatagramChannel.open();
            } catch (IOException e) {
                throw new SampanException(
                        ErrorCode.UNAVAILABLE,
                        "no socket for a published port: " + e.getMessage(),
                        e);
            }
        });
    }

    private void work() {
        while (!closed) {
            try {
                selector.select(udp.idleMillis());
                for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                    task.run();
                }
                for (SelectionKey key : selector.selectedKeys()) {
                    serve(key);
                }
                selector.selectedKeys().clear();
                udp.expire();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private void serve(SelectionKey key) {
        if (!key.isValid()) {
            return;
        }
        if (key.attachment() instanceof Door door) {
            SocketChannel client = door.accept();
            if (client != null) {
                tcp.relay(client, door.target());
            }
        } else {
            udp.serve(key);
        }
    }

    private record Door(ServerSocketChannel server, InetSocketAddress target, boolean onlyIpv6) {
        @Nullable SocketChannel accept() {
            try {
                SocketChannel client = server.accept();
                if (client != null && onlyIpv6 && isIpv4(client.getRemoteAddress())) {
                    client.close();
                    return null;
                }
                return client;
            } catch (IOException e) {
                // The client has gone again, or descriptors are short: then the socket stays ready,
                // and without a pause this thread would spin until some are free again.
                LockSupport.parkNanos(PAUSE_NANOS);
                return null;
            }
        }
    }

    /// Sockets of IPv6 take IPv4 clients too, which a port on :: alone must not serve.
    static boolean isIpv4(@Nullable Object address) {
        return address instanceof InetSocketAddress socket
                && socket.getAddress() instanceof Inet4Address;
    }

    private void close(NetworkChannel channel) {
        if (channel instanceof DatagramChannel datagrams) {
            udp.forget(datagrams);
        }
        closeQuietly(channel);
    }

    /// A channel in a selector gives its port back only when the selector has let go of it.
    private void flush() {
        try {
            selector.selectNow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void closeQuietly(AutoCloseable channel) {
        try {
            channel.close();
        } catch (Exception e) {
            // There is nothing left to give back.
        }
    }

    @Override
    public void close() {
        closed = true;
        selector.wakeup();
        try {
            thread.join(STOP_MILLIS);
            for (SelectionKey key : selector.keys()) {
                closeQuietly(key.channel());
            }
            selector.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        tcp.close();
    }
}

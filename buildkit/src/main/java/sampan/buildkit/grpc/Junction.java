package sampan.buildkit.grpc;

import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import sampan.http.SocketTransport;
import sampan.http.Transport;

/// Joins connections that are there already to gRPC, which wants to open its own: each is pumped to
/// a unix socket in a directory of ours. The kernel's buffers between the two slow a sender down to
/// the pace of the receiver. Thread-safe.
public final class Junction implements AutoCloseable {
    /// Of one message that a client sends.
    private static final int MESSAGE_BYTES_MAX = 16 << 20;

    /// Of the headers of one call.
    private static final int METADATA_BYTES_MAX = 256 << 10;

    private static final int CALLS_MAX = 250;
    private static final int WINDOW_BYTES = 1 << 20;
    private static final long IDLE_DAYS = 30;
    private static final long END_SECONDS_MAX = 2;

    private final Path directory;
    private final Path service;
    private final Server server;
    private final EventLoopGroup loops;
    private final ExecutorService calls =
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("grpc-", 0).factory());
    private final AtomicLong clients = new AtomicLong();
    private final Set<ManagedChannel> called = ConcurrentHashMap.newKeySet();

    /// @param directory there, empty, open to nobody else
    public Junction(Path directory, List<BindableService> services) throws IOException {
        settings();
        this.directory = directory;
        this.service = directory.resolve("control.sock");
        Files.deleteIfExists(service);
        this.loops =
                new MultiThreadIoEventLoopGroup(
                        1, new DefaultThreadFactory("grpc", true), NioIoHandler.newFactory());
        NettyServerBuilder builder =
                NettyServerBuilder.forAddress(UnixDomainSocketAddress.of(service))
                        .channelType(NioServerDomainSocketChannel.class)
                        .bossEventLoopGroup(loops)
                        .workerEventLoopGroup(loops)
                        .executor(calls)
                        .maxInboundMessageSize(MESSAGE_BYTES_MAX)
                        .maxInboundMetadataSize(METADATA_BYTES_MAX)
                        .maxConcurrentCallsPerConnection(CALLS_MAX)
                        .initialFlowControlWindow(WINDOW_BYTES)
                        .permitKeepAliveTime(1, TimeUnit.SECONDS)
                        .permitKeepAliveWithoutCalls(true);
        services.forEach(builder::addService);
        this.server = builder.build().start();
    }

    // Heap buffers and few of them: a daemon that built once stays small.
    private static void settings() {
        System.setProperty("io.netty.noPreferDirect", "true");
        System.setProperty("io.netty.noUnsafe", "true");
        System.setProperty("io.netty.allocator.numHeapArenas", "1");
        System.setProperty("io.netty.allocator.numDirectArenas", "0");
        System.setProperty("io.netty.allocator.maxOrder", "3");
    }

    /// Serves a client's calls; returns when the connection ends.
    public void serve(Transport client) throws IOException {
        try (SocketTransport own =
                new SocketTransport(SocketChannel.open(UnixDomainSocketAddress.of(service)))) {
            Pump.both(client, own);
        }
    }

    /// What is done with a client that is called.
    public interface Use {
        /// @return what is closed when the connection ends
        Closing with(ManagedChannel channel);
    }

    /// Ends a use.
    public interface Closing extends AutoCloseable {
        @Override
        void close();
    }

    /// Calls a client over its connection; returns when the connection ends.
    ///
    /// @param use is given the channel, once
    public void call(Transport client, Use use) throws IOException {
        Path at = directory.resolve("session-" + clients.incrementAndGet() + ".sock");
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(at);
        ManagedChannel channel;
        try (ServerSocketChannel listening =
                ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listening.bind(address, 1);
            channel =
                    NettyChannelBuilder.forAddress(address)
                            .channelType(
                                    NioDomainSocketChannel.class, UnixDomainSocketAddress.class)
                            .eventLoopGroup(loops)
                            .executor(calls)
                            .usePlaintext()
                            .overrideAuthority("localhost")
                            .disableRetry()
                            .idleTimeout(IDLE_DAYS, TimeUnit.DAYS)
                            .maxInboundMessageSize(MESSAGE_BYTES_MAX)
                            .maxInboundMetadataSize(METADATA_BYTES_MAX)
                            .flowControlWindow(WINDOW_BYTES)
                            .build();
            called.add(channel);
            channel.getState(true);
            try (SocketTransport own = new SocketTransport(listening.accept())) {
                Files.delete(at);
                try (Closing _ = use.with(channel)) {
                    Pump.both(client, own);
                }
            } finally {
                channel.shutdownNow();
                called.remove(channel);
            }
        } finally {
            Files.deleteIfExists(at);
        }
    }

    @Override
    public void close() {
        called.forEach(ManagedChannel::shutdownNow);
        server.shutdownNow();
        try {
            for (ManagedChannel channel : called) {
                channel.awaitTermination(END_SECONDS_MAX, TimeUnit.SECONDS);
            }
            server.awaitTermination(END_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        calls.shutdownNow();
        var _ = loops.shutdownGracefully(0, 0, TimeUnit.SECONDS);
    }
}

package sampan.buildkit.session;

import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import sampan.api.builds.BuildWire.Offer;
import sampan.buildkit.grpc.Junction;
import sampan.buildkit.grpc.Rpc;
import sampan.buildkit.wire.Fields;
import sampan.http.SocketTransport;

/// A client over a real connection that sends what a test wants, whatever the protocol says.
final class ScriptedClient implements AutoCloseable {
    private static final String FILES = "moby.filesync.v1.FileSync";

    private final EventLoopGroup loops =
            new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Server server;
    private final Junction junction;
    private final CompletableFuture<Session> session = new CompletableFuture<>();

    /// Answers a packet that we sent.
    interface Reaction {
        void to(Fields packet, StreamObserver<byte[]> answers);
    }

    /// @param first sent at once
    /// @param reaction to each packet
    ScriptedClient(Path directory, List<byte[]> first, Reaction reaction) throws IOException {
        UnixDomainSocketAddress address =
                UnixDomainSocketAddress.of(directory.resolve("client.sock"));
        server =
                NettyServerBuilder.forAddress(address)
                        .channelType(NioServerDomainSocketChannel.class)
                        .bossEventLoopGroup(loops)
                        .workerEventLoopGroup(loops)
                        .addService(service(first, reaction))
                        .build()
                        .start();
        Path own = Scratch.at(directory.resolve("junction")).path();
        junction = new Junction(own, List.of());
        SocketChannel connection = SocketChannel.open(address);
        Thread.ofVirtual().start(() -> serve(connection));
    }

    private static ServerServiceDefinition service(List<byte[]> first, Reaction reaction) {
        return ServerServiceDefinition.builder(FILES)
                .addMethod(
                        Rpc.method(FILES + "/DiffCopy", MethodType.BIDI_STREAMING),
                        ServerCalls.asyncBidiStreamingCall(answers -> {
                            first.forEach(answers::onNext);
                            return new Reacting(reaction, answers);
                        }))
                .build();
    }

    private record Reacting(Reaction reaction, StreamObserver<byte[]> answers)
            implements StreamObserver<byte[]> {
        @Override
        public void onNext(byte[] packet) {
            reaction.to(Fields.of(packet), answers);
        }

        @Override
        public void onError(Throwable cause) {
            // we gave the call up
        }

        @Override
        public void onCompleted() {
            answers.onCompleted();
        }
    }

    private void serve(SocketChannel connection) {
        Offer offer = new Offer("id", "", "", List.of("/" + FILES + "/DiffCopy"));
        try {
            junction.call(
                    new SocketTransport(connection),
                    channel -> {
                        session.complete(new Session(offer, channel));
                        return () -> {};
                    });
        } catch (IOException e) {
            session.completeExceptionally(e);
        }
    }

    Session session() {
        return session.orTimeout(30, TimeUnit.SECONDS).join();
    }

    @Override
    public void close() {
        server.shutdownNow();
        junction.close();
        var _ = loops.shutdownGracefully(0, 0, TimeUnit.SECONDS);
    }
}

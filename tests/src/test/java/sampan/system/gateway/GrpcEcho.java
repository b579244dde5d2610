package sampan.system.gateway;

import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import sampan.buildkit.grpc.Rpc;
import sampan.system.Eventually;

/// A gRPC server in the clear with a method of each kind; messages are octets.
final class GrpcEcho implements AutoCloseable {
    private static final String SERVICE = "proof.Echo";
    private static final int MESSAGE_BYTES_MAX = 32 << 20;
    private static final int WAIT_SECONDS_MAX = 60;

    /// Its message.
    static final MethodDescriptor<byte[], byte[]> UNARY = method("Unary", MethodType.UNARY);

    /// "COUNT SIZE": so many messages of at least that size, each begins with its number.
    static final MethodDescriptor<byte[], byte[]> MANY =
            method("Many", MethodType.SERVER_STREAMING);

    /// How many messages of how many bytes came.
    static final MethodDescriptor<byte[], byte[]> COUNT =
            method("Count", MethodType.CLIENT_STREAMING);

    /// Each message at once; fails at "fail".
    static final MethodDescriptor<byte[], byte[]> TALK = method("Talk", MethodType.BIDI_STREAMING);

    /// An error with the message as its description.
    static final MethodDescriptor<byte[], byte[]> FAIL = method("Fail", MethodType.UNARY);

    /// No answer.
    static final MethodDescriptor<byte[], byte[]> HANG = method("Hang", MethodType.UNARY);

    /// Not served.
    static final MethodDescriptor<byte[], byte[]> NOBODYS = method("Nobodys", MethodType.UNARY);

    private final Server server;
    private final Semaphore cancelled = new Semaphore(0);
    private final AtomicInteger hanging = new AtomicInteger();
    private final AtomicInteger deadlines = new AtomicInteger();
    private final AtomicInteger sent = new AtomicInteger();

    GrpcEcho() throws IOException {
        server =
                NettyServerBuilder.forAddress(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .maxInboundMessageSize(MESSAGE_BYTES_MAX)
                        .addService(service())
                        .build()
                        .start();
    }

    private static MethodDescriptor<byte[], byte[]> method(String name, MethodType type) {
        return Rpc.method(SERVICE + "/" + name, type);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static String text(byte[] message) {
        return new String(message, StandardCharsets.UTF_8);
    }

    private ServerServiceDefinition service() {
        return ServerServiceDefinition.builder(SERVICE)
                .addMethod(UNARY, ServerCalls.asyncUnaryCall(GrpcEcho::once))
                .addMethod(MANY, ServerCalls.asyncServerStreamingCall(this::many))
                .addMethod(COUNT, ServerCalls.asyncClientStreamingCall(GrpcEcho::count))
                .addMethod(TALK, ServerCalls.asyncBidiStreamingCall(this::talk))
                .addMethod(FAIL, ServerCalls.asyncUnaryCall(GrpcEcho::fail))
                .addMethod(HANG, ServerCalls.asyncUnaryCall(this::hang))
                .build();
    }

    private static void once(byte[] message, StreamObserver<byte[]> out) {
        out.onNext(message);
        out.onCompleted();
    }

    private void many(byte[] asked, StreamObserver<byte[]> observer) {
        String[] words = text(asked).split(" ", -1);
        int count = Integer.parseInt(words[0]);
        int size = Integer.parseInt(words[1]);
        ServerCallStreamObserver<byte[]> out = (ServerCallStreamObserver<byte[]>) observer;
        AtomicInteger next = new AtomicInteger();
        // called whenever there is room again, by one thread at a time
        out.setOnReadyHandler(() -> {
            while (out.isReady() && next.get() < count) {
                byte[] number = bytes(next.getAndIncrement() + " ");
                out.onNext(Arrays.copyOf(number, Math.max(size, number.length)));
                sent.incrementAndGet();
                if (next.get() == count) {
                    out.onCompleted();
                }
            }
        });
    }

    private static StreamObserver<byte[]> count(StreamObserver<byte[]> out) {
        return new Listener(out) {
            private int messages;
            private long octets;

            @Override
            public void onNext(byte[] message) {
                messages++;
                octets += message.length;
            }

            @Override
            public void onCompleted() {
                once(bytes(messages + " messages of " + octets + " bytes"), out);
            }
        };
    }

    private StreamObserver<byte[]> talk(StreamObserver<byte[]> out) {
        return new Listener(out) {
            @Override
            public void onNext(byte[] message) {
                if (text(message).equals("fail")) {
                    out.onError(Status.DATA_LOSS.asRuntimeException());
                    return;
                }
                out.onNext(message);
            }

            @Override
            public void onError(Throwable error) {
                cancelled.release();
            }

            @Override
            public void onCompleted() {
                out.onCompleted();
            }
        };
    }

    /// Errors of the client end the call by themselves.
    private abstract static class Listener implements StreamObserver<byte[]> {
        protected final StreamObserver<byte[]> out;

        Listener(StreamObserver<byte[]> out) {
            this.out = out;
        }

        @Override
        public void onError(Throwable error) {
            // told by the call's context
        }
    }

    private static void fail(byte[] message, StreamObserver<byte[]> out) {
        Metadata trailers = new Metadata();
        trailers.put(Metadata.Key.of("x-why", Metadata.ASCII_STRING_MARSHALLER), "because");
        trailers.put(
                Metadata.Key.of("x-why-bin", Metadata.BINARY_BYTE_MARSHALLER),
                new byte[] {0, 1, -1});
        out.onError(
                Status.FAILED_PRECONDITION
                        .withDescription(text(message))
                        .asRuntimeException(trailers));
    }

    private void hang(byte[] message, StreamObserver<byte[]> out) {
        hanging.incrementAndGet();
        if (Context.current().getDeadline() != null) {
            deadlines.incrementAndGet();
        }
        ((ServerCallStreamObserver<byte[]>) out).setOnCancelHandler(hanging::decrementAndGet);
    }

    int port() {
        return server.getPort();
    }

    /// How many hanging calls came with a deadline.
    int deadlines() {
        return deadlines.get();
    }

    /// Whether a call of [#TALK] was seen to be cancelled, each counted once.
    boolean awaitCancelled() throws InterruptedException {
        return cancelled.tryAcquire(WAIT_SECONDS_MAX, TimeUnit.SECONDS);
    }

    boolean awaitNoneHanging() {
        Eventually.await("the end of the hanging calls", () -> hanging.get() == 0);
        return true;
    }

    /// Counts the messages of [#MANY] anew.
    void restart() {
        sent.set(0);
    }

    int sent() {
        return sent.get();
    }

    @Override
    public void close() {
        server.shutdownNow();
    }
}

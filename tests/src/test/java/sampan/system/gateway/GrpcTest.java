package sampan.system.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NegotiationType;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// gRPC by grpc-java on both sides of the gateway.
@Tag("system")
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GrpcTest {
    private static final int WAIT_SECONDS_MAX = 60;
    private static final int MESSAGE_BYTES_MAX = 32 << 20;

    /// How the client speaks to the gateway.
    enum Wire {
        CLEAR,
        TLS
    }

    @TempDir static Path directory;
    private GrpcEcho server;
    private GatewayProcess gateway;
    private ManagedChannel clear;
    private ManagedChannel sealed;

    @BeforeAll
    void start() throws Exception {
        server = new GrpcEcho();
        gateway = GatewayProcess.before(directory, server.port(), ", protocol: grpc");
        clear =
                NettyChannelBuilder.forAddress("localhost", gateway.clear())
                        .usePlaintext()
                        .maxInboundMessageSize(MESSAGE_BYTES_MAX)
                        .build();
        sealed =
                NettyChannelBuilder.forAddress("localhost", gateway.sealed())
                        .negotiationType(NegotiationType.TLS)
                        .sslContext(
                                GrpcSslContexts.configure(
                                                SslContextBuilder.forClient()
                                                        .trustManager(
                                                                gateway.certificate().toFile()),
                                                SslProvider.JDK)
                                        .build())
                        .maxInboundMessageSize(MESSAGE_BYTES_MAX)
                        .build();
    }

    @AfterAll
    void end() {
        clear.shutdownNow();
        sealed.shutdownNow();
        gateway.close();
        server.close();
    }

    private ManagedChannel channel(Wire wire) {
        return switch (wire) {
            case CLEAR -> clear;
            case TLS -> sealed;
        };
    }

    private static CallOptions bounded() {
        return CallOptions.DEFAULT.withDeadlineAfter(WAIT_SECONDS_MAX, TimeUnit.SECONDS);
    }

    private static byte[] unary(ManagedChannel channel, byte[] message) {
        return ClientCalls.blockingUnaryCall(channel, GrpcEcho.UNARY, bounded(), message);
    }

    /// What a call answers with, in the order in which it comes.
    private static final class Answers implements StreamObserver<byte[]> {
        private final BlockingQueue<Object> all = new LinkedBlockingQueue<>();

        @Override
        public void onNext(byte[] message) {
            all.add(GrpcEcho.text(message));
        }

        @Override
        public void onError(Throwable error) {
            all.add(Status.fromThrowable(error).getCode());
        }

        @Override
        public void onCompleted() {
            all.add("end");
        }

        Object next() throws InterruptedException {
            Object answer = all.poll(WAIT_SECONDS_MAX, TimeUnit.SECONDS);
            return answer == null ? "nothing came" : answer;
        }
    }

    private static ClientCall<byte[], byte[]> call(
            ManagedChannel channel, MethodDescriptor<byte[], byte[]> method) {
        return channel.newCall(method, bounded());
    }

    @ParameterizedTest
    @EnumSource
    void callsAreAnswered(Wire wire) {
        for (int i = 0; i < 200; i++) {
            byte[] message = GrpcEcho.bytes("call " + i);
            assertThat(unary(channel(wire), message)).isEqualTo(message);
        }
        assertThat(unary(channel(wire), new byte[0])).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void moreCallsAtOnceThanStreamsAreAllAnswered(Wire wire) throws Exception {
        int calls = 1000;
        CountDownLatch answered = new CountDownLatch(calls);
        AtomicInteger right = new AtomicInteger();
        for (int i = 0; i < calls; i++) {
            String message = "call " + i;
            ClientCalls.asyncUnaryCall(
                    call(channel(wire), GrpcEcho.UNARY),
                    GrpcEcho.bytes(message),
                    new StreamObserver<byte[]>() {
                        @Override
                        public void onNext(byte[] answer) {
                            right.addAndGet(GrpcEcho.text(answer).equals(message) ? 1 : 0);
                        }

                        @Override
                        public void onError(Throwable error) {
                            answered.countDown();
                        }

                        @Override
                        public void onCompleted() {
                            answered.countDown();
                        }
                    });
        }
        assertThat(answered.await(WAIT_SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
        assertThat(right.get()).isEqualTo(calls);
    }

    @ParameterizedTest
    @EnumSource
    void aServersStreamComesInOrder(Wire wire) {
        Iterator<byte[]> answers =
                ClientCalls.blockingServerStreamingCall(
                        channel(wire), GrpcEcho.MANY, bounded(), GrpcEcho.bytes("1000 10"));
        int count = 0;
        while (answers.hasNext()) {
            assertThat(GrpcEcho.text(answers.next())).startsWith(count + " ");
            count++;
        }
        assertThat(count).isEqualTo(1000);
    }

    @ParameterizedTest
    @EnumSource
    void aClientsStreamIsCountedToItsEnd(Wire wire) throws Exception {
        Answers answers = new Answers();
        StreamObserver<byte[]> out =
                ClientCalls.asyncClientStreamingCall(call(channel(wire), GrpcEcho.COUNT), answers);
        for (int i = 0; i < 1000; i++) {
            out.onNext(GrpcEcho.bytes("x".repeat(i)));
        }
        out.onCompleted();
        assertThat(answers.next()).isEqualTo("1000 messages of 499500 bytes");
        assertThat(answers.next()).isEqualTo("end");
    }

    @ParameterizedTest
    @EnumSource
    void eachSideAwaitsTheOthersMessage(Wire wire) throws Exception {
        Answers answers = new Answers();
        StreamObserver<byte[]> out =
                ClientCalls.asyncBidiStreamingCall(call(channel(wire), GrpcEcho.TALK), answers);
        for (int i = 0; i < 200; i++) {
            out.onNext(GrpcEcho.bytes("word " + i));
            assertThat(answers.next()).isEqualTo("word " + i);
        }
        out.onCompleted();
        assertThat(answers.next()).isEqualTo("end");
    }

    @ParameterizedTest
    @EnumSource
    void anErrorComesWithItsWordsAndFields(Wire wire) {
        Metadata.Key<String> text = Metadata.Key.of("x-why", Metadata.ASCII_STRING_MARSHALLER);
        Metadata.Key<byte[]> octets = Metadata.Key.of("x-why-bin", Metadata.BINARY_BYTE_MARSHALLER);
        assertThatThrownBy(() ->
                        ClientCalls.blockingUnaryCall(
                                channel(wire),
                                GrpcEcho.FAIL,
                                bounded(),
                                GrpcEcho.bytes("no: 100 % ä")))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        error -> {
                            assertThat(error.getStatus().getCode())
                                    .isEqualTo(Status.Code.FAILED_PRECONDITION);
                            assertThat(error.getStatus().getDescription()).isEqualTo("no: 100 % ä");
                            Metadata trailers = Objects.requireNonNull(error.getTrailers());
                            assertThat(trailers.get(text)).isEqualTo("because");
                            assertThat(trailers.get(octets)).isEqualTo(new byte[] {0, 1, -1});
                        });
        assertThatThrownBy(() ->
                        ClientCalls.blockingUnaryCall(
                                channel(wire), GrpcEcho.NOBODYS, bounded(), new byte[0]))
                .hasMessageContaining("UNIMPLEMENTED");
    }

    @ParameterizedTest
    @EnumSource
    void anErrorBehindMessagesKeepsTheMessages(Wire wire) throws Exception {
        Answers answers = new Answers();
        StreamObserver<byte[]> out =
                ClientCalls.asyncBidiStreamingCall(call(channel(wire), GrpcEcho.TALK), answers);
        out.onNext(GrpcEcho.bytes("one"));
        assertThat(answers.next()).isEqualTo("one");
        out.onNext(GrpcEcho.bytes("fail"));
        assertThat(answers.next()).isEqualTo(Status.Code.DATA_LOSS);
    }

    @ParameterizedTest
    @EnumSource
    void theServerKnowsTheDeadlineAndSeesItPass(Wire wire) {
        int before = server.deadlines();
        // A call that is over before it has left a slow client tells the server nothing.
        do {
            assertThatThrownBy(() ->
                            ClientCalls.blockingUnaryCall(
                                    channel(wire),
                                    GrpcEcho.HANG,
                                    CallOptions.DEFAULT.withDeadlineAfter(1, TimeUnit.SECONDS),
                                    new byte[0]))
                    .hasMessageContaining("DEADLINE_EXCEEDED");
        } while (server.deadlines() == before);
        assertThat(server.awaitNoneHanging()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void theServerSeesThatAClientCancels(Wire wire) throws Exception {
        Answers answers = new Answers();
        ClientCall<byte[], byte[]> call = call(channel(wire), GrpcEcho.TALK);
        StreamObserver<byte[]> out = ClientCalls.asyncBidiStreamingCall(call, answers);
        out.onNext(GrpcEcho.bytes("one"));
        assertThat(answers.next()).isEqualTo("one");
        call.cancel("enough", null);
        assertThat(answers.next()).isEqualTo(Status.Code.CANCELLED);
        assertThat(server.awaitCancelled()).isTrue();
        // and the connection goes on
        assertThat(unary(channel(wire), GrpcEcho.bytes("x"))).isEqualTo(GrpcEcho.bytes("x"));
    }

    @ParameterizedTest
    @EnumSource
    void largeMessagesPass(Wire wire) {
        byte[] large = new byte[10 << 20];
        new Random(3).nextBytes(large);
        assertThat(unary(channel(wire), large)).isEqualTo(large);
    }

    @ParameterizedTest
    @EnumSource
    void aServerRunsNoFurtherAheadThanItsClientReads(Wire wire) throws Exception {
        int messages = 1024;
        int size = 64 << 10;
        server.restart();
        Iterator<byte[]> answers =
                ClientCalls.blockingServerStreamingCall(
                        channel(wire),
                        GrpcEcho.MANY,
                        bounded(),
                        GrpcEcho.bytes(messages + " " + size));
        List<Integer> ahead = new ArrayList<>();
        for (int i = 0; i < messages; i++) {
            assertThat(answers.hasNext()).isTrue();
            assertThat(GrpcEcho.text(answers.next())).startsWith(i + " ");
            if (i == 0) {
                // time for a server that nothing stops
                for (int calls = 0; calls < 100; calls++) {
                    unary(channel(wire), new byte[0]);
                }
            }
            ahead.add(server.sent() - i);
        }
        assertThat(answers.hasNext()).isFalse();
        // windows, the kernel's buffers of two connections, the gateway's: of 64 MiB not the half
        assertThat(ahead).allMatch(count -> count < messages / 2);
    }
}

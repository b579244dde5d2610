package sampan.buildkit.control;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;
import sampan.api.builds.BuildWire.Offer;
import sampan.buildkit.grpc.Rpc;
import sampan.buildkit.grpc.Tunnel;
import sampan.errors.SampanException;
import sampan.http.Transport;

/// `Control/Session`: a client whose connection speaks gRPC alone offers its session within a call,
/// as others do on a connection of its own.
public final class OfferedSessions implements ServerInterceptor {
    private static final String EXPOSED = "x-docker-expose-session-";
    private static final Context.Key<Metadata> HEADERS = Context.key("headers");

    private final Taker taker;

    public OfferedSessions(Taker taker) {
        this.taker = taker;
    }

    /// Takes a session; returns when its connection ends.
    public interface Taker {
        void take(Transport connection, Offer offer);
    }

    ServerMethodDefinition<byte[], byte[]> method(String name) {
        return ServerMethodDefinition.create(
                Rpc.method(name, MethodType.BIDI_STREAMING),
                ServerCalls.asyncBidiStreamingCall(this::call));
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        return Contexts.interceptCall(
                Context.current().withValue(HEADERS, headers), call, headers, next);
    }

    private StreamObserver<byte[]> call(StreamObserver<byte[]> answers) {
        Metadata headers = Optional.ofNullable(HEADERS.get()).orElseGet(Metadata::new);
        Tunnel tunnel = new Tunnel((ServerCallStreamObserver<byte[]>) answers);
        Offer offer =
                new Offer(
                        header(headers, "uuid"),
                        header(headers, "name"),
                        header(headers, "sharedkey"),
                        all(headers, "grpc-method"));
        Thread.ofVirtual()
                .name("grpc-session")
                .start(() -> {
                    try {
                        if (offer.id().isEmpty()) {
                            throw SampanException.invalid(
                                    "header " + EXPOSED + "uuid is missing: a session needs an id");
                        }
                        taker.take(tunnel, offer);
                        tunnel.close();
                    } catch (RuntimeException e) {
                        tunnel.fail(Failures.of(e));
                    }
                });
        return tunnel.incoming();
    }

    private static String header(Metadata headers, String name) {
        return all(headers, name).stream().findFirst().orElse("");
    }

    private static List<String> all(Metadata headers, String name) {
        var values =
                headers.getAll(Metadata.Key.of(EXPOSED + name, Metadata.ASCII_STRING_MARSHALLER));
        return values == null
                ? List.of()
                : StreamSupport.stream(values.spliterator(), false).toList();
    }
}

package sampan.buildkit.session;

import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import sampan.api.builds.BuildWire.Offer;
import sampan.buildkit.grpc.Rpc;
import sampan.buildkit.wire.Fields;
import sampan.buildkit.wire.Message;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

/// A client that can be called for as long as its connection lasts. Thread-safe.
public final class Session {
    /// For answers that need no file and no person.
    private static final long ANSWER_SECONDS_MAX = 60;

    private static final io.grpc.CallOptions OPTIONS = io.grpc.CallOptions.DEFAULT;

    private final Offer offer;
    private final ManagedChannel channel;

    Session(Offer offer, ManagedChannel channel) {
        this.offer = offer;
        this.channel = channel;
    }

    public String id() {
        return offer.id();
    }

    public boolean offers(String method) {
        return offer.methods().contains("/" + method);
    }

    private void check(String method) {
        if (!offers(method)) {
            throw new SampanException(
                    ErrorCode.UNSUPPORTED, "the client does not offer " + method + " to the build");
        }
    }

    /// One question, one answer.
    ///
    /// @return empty where the client has no such thing
    public Optional<Fields> ask(String method, Message question) {
        check(method);
        try {
            byte[] answer =
                    ClientCalls.blockingV2UnaryCall(
                            channel,
                            Rpc.method(method, MethodType.UNARY),
                            OPTIONS.withDeadlineAfter(ANSWER_SECONDS_MAX, TimeUnit.SECONDS),
                            question.bytes());
            return Optional.of(Fields.of(answer));
        } catch (StatusException e) {
            if (e.getStatus().getCode() == Status.Code.NOT_FOUND) {
                return Optional.empty();
            }
            throw failed(method, e);
        }
    }

    /// A stream both ways; the caller ends it.
    ///
    /// @param headers lists of values by name, in any characters
    public BlockingClientCall<byte[], byte[]> open(
            String method, Map<String, List<String>> headers) {
        check(method);
        Channel called =
                ClientInterceptors.intercept(
                        channel, MetadataUtils.newAttachHeadersInterceptor(metadata(headers)));
        return ClientCalls.blockingBidiStreamingCall(
                called, Rpc.method(method, MethodType.BIDI_STREAMING), OPTIONS);
    }

    private static Metadata metadata(Map<String, List<String>> headers) {
        Metadata metadata = new Metadata();
        headers.forEach((name, values) -> {
            boolean plain = values.stream().allMatch(Session::isPlain);
            if (!plain) {
                metadata.put(key(name + "-encoded"), "1");
            }
            for (String value : values) {
                metadata.put(
                        key(name),
                        plain ? value : URLEncoder.encode(value, StandardCharsets.UTF_8));
            }
        });
        return metadata;
    }

    private static Metadata.Key<String> key(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }

    private static boolean isPlain(String value) {
        return value.chars().allMatch(c -> c >= ' ' && c < 0x7F);
    }

    /// A failure of a call, told as the client's.
    public static SampanException failed(String method, StatusException e) {
        Status status = e.getStatus();
        String text = Optional.ofNullable(status.getDescription()).orElse(status.getCode().name());
        boolean gone = status.getCode() == Status.Code.UNAVAILABLE;
        return new SampanException(
                ErrorCode.UNAVAILABLE,
                gone
                        ? "no active session: the client's connection ended"
                        : method.substring(method.lastIndexOf('.') + 1) + ": " + text,
                e);
    }
}

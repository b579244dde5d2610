package sampan.buildkit.control;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import sampan.buildkit.wire.Message;
import sampan.errors.SampanException;
import sampan.oci.json.Json;

/// Failures as gRPC has them.
final class Failures {
    private static final Metadata.Key<byte[]> DETAILS =
            Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);
    private static final String SOURCE = "github.com/moby/buildkit/errdefs.Source+json";

    private Failures() {}

    static StatusRuntimeException of(Throwable cause) {
        return status(cause).asRuntimeException();
    }

    private static Status status(Throwable cause) {
        Status.Code code =
                switch (cause) {
                    case SampanException known ->
                            switch (known.code()) {
                                case NOT_FOUND -> Status.Code.NOT_FOUND;
                                case CONFLICT -> Status.Code.ALREADY_EXISTS;
                                case INVALID -> Status.Code.INVALID_ARGUMENT;
                                case DENIED -> Status.Code.PERMISSION_DENIED;
                                case UNSUPPORTED -> Status.Code.UNIMPLEMENTED;
                                case UNAVAILABLE -> Status.Code.UNAVAILABLE;
                                case NOT_MODIFIED, INTERNAL -> Status.Code.UNKNOWN;
                            };
                    case InterruptedException _ -> Status.Code.CANCELLED;
                    default -> Status.Code.INTERNAL;
                };
        return code.toStatus().withDescription(Steps.message(cause)).withCause(cause);
    }

    /// A build's failure. Clients show the line of the Dockerfile that it is about.
    ///
    /// @param line from 1; 0 where it is about none
    static StatusRuntimeException of(Throwable cause, String filename, String text, int line) {
        Status status = status(cause);
        // Whatever it was, the build failed: a client takes other codes for failures of the wire.
        if (status.getCode() != Status.Code.CANCELLED) {
            status = Status.UNKNOWN.withDescription(status.getDescription()).withCause(cause);
        }
        Metadata trailers = new Metadata();
        if (line > 0) {
            trailers.put(DETAILS, details(status, source(filename, text, line)));
        }
        return status.asRuntimeException(trailers);
    }

    // google.rpc.Status with one detail.
    private static byte[] details(Status status, byte[] source) {
        Message detail = new Message().text(1, SOURCE).bytes(2, source);
        return new Message()
                .number(1, status.getCode().value())
                .text(2, String.valueOf(status.getDescription()))
                .message(3, detail)
                .bytes();
    }

    private static byte[] source(String filename, String text, int line) {
        Map<String, Object> position = Map.of("line", line);
        String data = Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
        return Json.write(
                Map.of(
                        "info",
                        Map.of("filename", filename, "data", data, "language", "Dockerfile"),
                        "ranges",
                        List.of(Map.of("start", position, "end", position))));
    }
}

package sampan.api.call;

import java.nio.charset.StandardCharsets;
import sampan.api.wire.Doc;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.http.Refusal;
import sampan.oci.json.Json;

/// Failures as the API words them: a status, and `{"message": TEXT}`.
public final class Problem {
    private Problem() {}

    public static int status(ErrorCode code) {
        return switch (code) {
            case NOT_FOUND -> 404;
            case CONFLICT -> 409;
            case INVALID -> 400;
            case DENIED -> 403;
            case NOT_MODIFIED -> 304;
            case UNSUPPORTED -> 501;
            case UNAVAILABLE -> 503;
            case INTERNAL -> 500;
        };
    }

    public static byte[] body(String message) {
        return (Json.text(Doc.of().put("message", message)) + "\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    public static Refusal refusal() {
        return new Refusal() {
            @Override
            public String contentType() {
                return "application/json";
            }

            @Override
            public byte[] body(int status, String message) {
                return Problem.body(message);
            }
        };
    }

    public static SampanException unsupported(String message) {
        return new SampanException(ErrorCode.UNSUPPORTED, message);
    }

    public static SampanException unavailable(String message) {
        return new SampanException(ErrorCode.UNAVAILABLE, message);
    }
}

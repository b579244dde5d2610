package sampan.api.call;

import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import sampan.errors.SampanException;
import sampan.http.Exchange;
import sampan.oci.json.Json;

/// Request bodies in JSON, refused in the words that clients and their tests look for.
final class JsonBody {
    private JsonBody() {}

    /// The body's bytes; empty where none was sent.
    static Optional<byte[]> read(Exchange exchange) throws IOException {
        boolean present = exchange.head().hasBody();
        Optional<String> type = exchange.head().header("Content-Type");
        if (type.isEmpty() && !present) {
            return Optional.empty();
        }
        checkType(type.orElse(""));
        if (!present) {
            return Optional.empty();
        }
        return Optional.of(exchange.body().readAll((int) Json.DOCUMENT_BYTES_MAX));
    }

    private static void checkType(String type) {
        int semicolon = type.indexOf(';');
        String media =
                (semicolon < 0 ? type : type.substring(0, semicolon))
                        .strip()
                        .toLowerCase(Locale.ROOT);
        if (media.isEmpty()) {
            throw SampanException.invalid(
                    "malformed Content-Type header (" + type + "): mime: no media type");
        }
        if (!media.equals("application/json")) {
            throw SampanException.invalid(
                    "unsupported Content-Type header (" + type + "): must be 'application/json'");
        }
    }

    static <T> T bind(byte[] body, Class<T> type) {
        try {
            T value = Json.read(body, type);
            // The document `null` says nothing, as the empty object does.
            return value == null ? Json.read(new byte[] {'{', '}'}, type) : value;
        } catch (SampanException e) {
            throw JsonDiagnosis.of(body).map(SampanException::invalid).orElse(e);
        }
    }
}

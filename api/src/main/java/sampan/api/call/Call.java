package sampan.api.call;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import sampan.errors.SampanException;
import sampan.http.Exchange;
import sampan.http.Response;
import sampan.http.ResponseBody;
import sampan.http.route.Query;
import sampan.oci.json.Json;

/// One request of the API. Used by the connection's thread, valid until the route returns.
public final class Call {
    private static final String JSON = "application/json";
    private static final byte[] NULL = {'n', 'u', 'l', 'l'};

    private final Exchange exchange;
    private final ApiVersion version;
    private final Map<String, String> path;
    private final Query query;

    public Call(Exchange exchange, ApiVersion version, Map<String, String> path, Query query) {
        this.exchange = exchange;
        this.version = version;
        this.path = path;
        this.query = query;
    }

    public Exchange exchange() {
        return exchange;
    }

    public ApiVersion version() {
        return version;
    }

    /// What a placeholder of the route's pattern stands for.
    public String path(String name) {
        String value = path.get(name);
        if (value == null) {
            throw new IllegalArgumentException("the route has no " + name);
        }
        return value;
    }

    /// A query parameter; empty where it is absent or without a value.
    public String query(String name) {
        return query.first(name).orElse("");
    }

    public Optional<String> optional(String name) {
        return query.first(name).filter(value -> !value.isEmpty());
    }

    public List<String> all(String name) {
        return query.all(name);
    }

    /// Everything but nothing, `0`, `no`, `false` and `none` is true.
    public boolean flag(String name) {
        return flag(name, false);
    }

    public boolean flag(String name, boolean absent) {
        Optional<String> value = query.first(name);
        if (value.isEmpty()) {
            return absent;
        }
        return switch (value.get().strip().toLowerCase(Locale.ROOT)) {
            case "", "0", "no", "false", "none" -> false;
            default -> true;
        };
    }

    /// An integer parameter; other text is INVALID.
    public Optional<Integer> number(String name) {
        Optional<String> value = optional(name);
        try {
            return value.map(text -> Integer.parseInt(text.strip()));
        } catch (NumberFormatException e) {
            throw SampanException.invalid(
                    "strconv.Atoi: parsing \"" + value.orElse("") + "\": invalid syntax");
        }
    }

    public Map<String, List<String>> filters() {
        return optional("filters").map(Filters::parse).orElse(Map.of());
    }

    /// The JSON body's bytes, for [#bind]; empty where none was sent.
    public Optional<byte[]> body() throws IOException {
        return JsonBody.read(exchange);
    }

    public static <T> T bind(byte[] body, Class<T> type) {
        return JsonBody.bind(body, type);
    }

    /// The JSON body bound to a record, an empty one where none was sent.
    public <T> T body(Class<T> type) throws IOException {
        return bind(body().orElse(new byte[] {'{', '}'}), type);
    }

    /// Answers with JSON.
    public void answer(int status, @Nullable Object document) throws IOException {
        byte[] body = document == null ? NULL.clone() : Json.write(document);
        byte[] line = Arrays.copyOf(body, body.length + 1);
        line[body.length] = '\n';
        exchange.respond(status).header("Content-Type", JSON).send(line);
    }

    /// Answers without a body.
    public void answer(int status) throws IOException {
        exchange.respond(status).end();
    }

    public void fail(int status, String message) throws IOException {
        if (status == 304) {
            exchange.respond(status).end();
            return;
        }
        exchange.respond(status).header("Content-Type", JSON).send(Problem.body(message));
    }

    /// Begins a streamed answer; the head goes out at once.
    public ResponseBody stream(String contentType) throws IOException {
        ResponseBody body = exchange.respond(200).header("Content-Type", contentType).stream();
        body.flush();
        return body;
    }

    public Response respond(int status) {
        return exchange.respond(status);
    }

    /// One JSON document as a line of a stream.
    public static byte[] line(Object document) {
        return (Json.text(document) + "\r\n").getBytes(StandardCharsets.UTF_8);
    }
}

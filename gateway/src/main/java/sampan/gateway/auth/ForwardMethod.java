package sampan.gateway.auth;

import java.io.IOException;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import sampan.gateway.outgoing.Outgoing;
import sampan.gateway.routes.Identity;
import sampan.gateway.routes.Reply;
import sampan.gateway.routes.RequestView;
import sampan.gateway.wire.Octets;
import sampan.gateway.wire.RequestHead;

/// `forward`: another server is asked. It gets a GET with the fields that it is to see and what the
/// request is (`X-Forwarded-Method`, `-Host`, `-Uri`, `-For`); 2xx lets the request pass, other
/// answers go to the client.
final class ForwardMethod implements AuthMethod {
    private static final int REMEMBERED_MAX = 4096;
    private static final int BODY_BYTES_MAX = 32 << 10;
    private static final int FIELDS_BYTES_MAX = 8 << 10;
    private static final List<String> TOLD =
            List.of("Location", "WWW-Authenticate", "Set-Cookie", "Cache-Control");

    /// What was answered, and until when that holds.
    private record Known(long untilNanos, Verdict verdict) {}

    private final String name;
    private final MethodSettings.Forward settings;
    private final Consumers consumers;
    private final IdentityHeaders passed;
    private final Outgoing outgoing;
    private final ConcurrentHashMap<String, Known> known = new ConcurrentHashMap<>();

    ForwardMethod(String name, MethodSettings.Forward settings, Consumers consumers) {
        this.name = name;
        this.settings = settings;
        this.consumers = consumers;
        outgoing = Outgoing.trusting(settings.ca());
        Map<String, String> fields = new LinkedHashMap<>();
        settings.pass().forEach(field -> fields.put(field, field));
        passed =
                new IdentityHeaders(
                        new IdentityHeaders.Names(
                                Optional.empty(), Optional.empty(), Optional.empty(), fields));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String challenge() {
        return "";
    }

    @Override
    public void strip(RequestView view) {
        for (String field : settings.send()) {
            Credential.header(field).strip(view);
        }
    }

    @Override
    public Verdict check(RequestView view, long now) {
        Verdict come = come(view);
        if (!(come instanceof Verdict.Absent)) {
            return come;
        }
        Map<String, String> fields = fields(view);
        passed.drop(view.head());
        String key = fields.toString();
        Known before = settings.cacheNanos() > 0 ? known.get(key) : null;
        if (before != null && before.untilNanos() - now > 0) {
            return before.verdict();
        }
        int _ = view.await(() -> new Verdict.Outcome(this, remembered(key, ask(fields))));
        return Verdict.WAITS;
    }

    private Map<String, String> fields(RequestView view) {
        RequestHead head = view.head();
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("X-Forwarded-Method", Octets.text(head.methodAt(), head.methodEnd()));
        fields.put("X-Forwarded-Host", Octets.text(head.authorityAt(), head.authorityEnd()));
        fields.put(
                "X-Forwarded-Uri",
                Octets.text(view.pathAt(), view.pathEnd())
                        + Octets.text(head.pathEnd(), head.queryEnd()));
        fields.put(
                "X-Forwarded-For",
                Octets.text(view.clientAt(), view.clientAt() + view.clientLength()));
        for (String field : settings.send()) {
            byte[] lower = Octets.ascii(field.toLowerCase(Locale.ROOT));
            StringBuilder value = new StringBuilder();
            for (int i = head.find(lower, 0); i >= 0; i = head.find(lower, i + 1)) {
                value.append(value.isEmpty() ? "" : lower.length == 6 ? "; " : ", ");
                value.append(Octets.text(head.valueAt(i), head.valueEnd(i)));
            }
            if (!value.isEmpty()) {
                fields.put(field, value.toString());
            }
        }
        return fields;
    }

    private Verdict remembered(String key, Verdict verdict) {
        if (settings.cacheNanos() > 0 && verdict instanceof Verdict.Proven) {
            if (known.size() >= REMEMBERED_MAX) {
                known.clear();
            }
            known.put(key, new Known(System.nanoTime() + settings.cacheNanos(), verdict));
        }
        return verdict;
    }

    private Verdict ask(Map<String, String> fields) {
        HttpRequest.Builder request = Outgoing.request(settings.uri());
        fields.forEach(request::setHeader);
        try {
            HttpResponse<byte[]> answer = outgoing.send(request.build());
            int status = answer.statusCode();
            if (status >= 200 && status < 300) {
                return proven(answer.headers());
            }
            return status < 300 || status >= 500
                    ? new Verdict.Unavailable("the server that is asked says " + status)
                    : told(status, answer);
        } catch (IOException | IllegalArgumentException _) {
            return new Verdict.Unavailable("the server that is asked does not answer");
        }
    }

    private Verdict proven(HttpHeaders headers) {
        String who = settings.name().flatMap(headers::firstValue).orElse(name);
        if (who.isEmpty() || who.length() > ClaimNames.NAME_CHARS_MAX) {
            return new Verdict.Refused("the server that is asked names nobody");
        }
        List<String> roles =
                settings.roles()
                        .flatMap(headers::firstValue)
                        .map(text -> List.of(text.split("[ ,]+", -1)))
                        .orElse(List.of());
        Identity.Grants grants =
                new Identity.Grants(
                        new java.util.LinkedHashSet<>(roles), java.util.Set.of(), Map.of());
        Verdict.Proven proven = consumers.proven(consumers.identity(name, who, grants));
        StringBuilder lines = new StringBuilder();
        for (byte b : proven.lines()) {
            lines.append((char) (b & 0xFF));
        }
        for (String field : settings.pass()) {
            headers.firstValue(field)
                    .ifPresent(value ->
                            lines.append(field).append(": ").append(clean(value)).append("\r\n"));
        }
        return lines.length() > FIELDS_BYTES_MAX
                ? new Verdict.Unavailable("the server that is asked says too much")
                : new Verdict.Proven(proven.identity(), Octets.ascii(lines.toString()));
    }

    private static String clean(String value) {
        return value.replaceAll("[^\\x20-\\x7E]", "");
    }

    private static Verdict told(int status, HttpResponse<byte[]> answer) {
        StringBuilder fields = new StringBuilder();
        for (String field : TOLD) {
            for (String value : answer.headers().allValues(field)) {
                fields.append(field).append(": ").append(clean(value)).append("\r\n");
            }
        }
        @Nullable String type = answer.headers().firstValue("Content-Type").orElse(null);
        byte[] body = answer.body();
        boolean fits = body.length <= BODY_BYTES_MAX && fields.length() <= FIELDS_BYTES_MAX;
        Reply reply =
                fits && type != null && type.length() < 200
                        ? new Reply(status, clean(type), body, Octets.ascii(fields.toString()))
                        : new Reply(
                                status,
                                "text/plain",
                                "refused\n".getBytes(StandardCharsets.US_ASCII),
                                fits ? Octets.ascii(fields.toString()) : new byte[0]);
        return new Verdict.Told(reply, "the server that is asked says " + status);
    }
}

package sampan.gateway.proxy;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import sampan.gateway.routes.Reply;
import sampan.gateway.routes.RequestView;
import sampan.gateway.routes.Route;
import sampan.gateway.wire.Octets;

/// Answers of the gateway itself, in plain text.
final class Answers {
    private static final int STATUS_MAX = 600;
    private static final int NO_CONTENT = 204;
    private static final int NOT_MODIFIED = 304;
    private static final int URI_TOO_LONG = 414;
    private static final byte[] HTTP = Octets.ascii("HTTP/1.1 ");
    private static final byte[] TYPE = Octets.ascii("\r\nContent-Type: ");
    private static final byte[] LENGTH = Octets.ascii("\r\nContent-Length: ");
    private static final byte[] PLAIN = Octets.ascii("text/plain; charset=utf-8");
    private static final byte[] NOTHING = {};
    private static final byte[] LINE_END = Octets.ascii("\r\n");
    private static final byte[] RETRY_AFTER = Octets.ascii("\r\nRetry-After: ");
    private static final byte[] LOCATION = Octets.ascii("\r\nLocation: ");
    private static final byte[] CLOSE = Octets.ascii("\r\nConnection: close");
    private static final long SECOND = 1_000_000_000L;
    private static final byte[][] REASONS = reasons();

    /// What a local answer says.
    ///
    /// @param retryAfterNanos 0 for no Retry-After
    /// @param location of a redirect
    /// @param type of the text
    /// @param fields more lines, each with its CR LF
    record Answer(
            int status,
            byte[] text,
            long retryAfterNanos,
            byte @Nullable [] location,
            byte[] type,
            byte[] fields) {
        Answer(int status, byte[] text, long retryAfterNanos, byte @Nullable [] location) {
            this(status, text, retryAfterNanos, location, PLAIN, NOTHING);
        }

        static Answer of(Route.Redirect redirect, RequestView view) {
            byte[] location = redirect.location().render(view);
            if (location.length == 0) {
                return of(URI_TOO_LONG, "the address to go to is too long");
            }
            byte[] text =
                    Octets.ascii("see " + new String(location, StandardCharsets.ISO_8859_1) + "\n");
            return new Answer(redirect.status(), text, 0, location);
        }

        /// What a filter has the client told.
        static Answer of(Reply reply, long retryAfterNanos) {
            return new Answer(
                    reply.status(),
                    reply.text(),
                    retryAfterNanos,
                    null,
                    Octets.ascii(reply.type()),
                    reply.fields());
        }

        static Answer of(int status, String text) {
            return new Answer(status, (text + "\n").getBytes(StandardCharsets.UTF_8), 0, null);
        }
    }

    private Answers() {}

    private static byte[][] reasons() {
        byte[][] reasons = new byte[STATUS_MAX][];
        Object[][] known = {
            {200, "OK"},
            {204, "No Content"},
            {301, "Moved Permanently"},
            {302, "Found"},
            {303, "See Other"},
            {307, "Temporary Redirect"},
            {308, "Permanent Redirect"},
            {400, "Bad Request"},
            {401, "Unauthorized"},
            {403, "Forbidden"},
            {404, "Not Found"},
            {405, "Method Not Allowed"},
            {408, "Request Timeout"},
            {410, "Gone"},
            {413, "Content Too Large"},
            {414, "URI Too Long"},
            {417, "Expectation Failed"},
            {429, "Too Many Requests"},
            {431, "Request Header Fields Too Large"},
            {500, "Internal Server Error"},
            {501, "Not Implemented"},
            {502, "Bad Gateway"},
            {503, "Service Unavailable"},
            {504, "Gateway Timeout"},
            {505, "HTTP Version Not Supported"},
        };
        for (Object[] pair : known) {
            reasons[(int) pair[0]] = Octets.ascii((String) pair[1]);
        }
        return reasons;
    }

    /// @param told more lines, each with its CR LF
    static void write(HeadWriter writer, Answer answer, byte[] told, boolean head, boolean close) {
        writer.begin();
        writer.put(HTTP).decimal(answer.status()).put(' ');
        byte[] reason = REASONS[answer.status()];
        if (reason != null) {
            writer.put(reason);
        }
        boolean bodiless = answer.status() == NO_CONTENT || answer.status() == NOT_MODIFIED;
        if (!bodiless) {
            writer.put(TYPE).put(answer.type()).put(LENGTH).decimal(answer.text().length);
        }
        if (answer.retryAfterNanos() > 0) {
            writer.put(RETRY_AFTER).decimal((answer.retryAfterNanos() + SECOND - 1) / SECOND);
        }
        byte[] location = answer.location();
        if (location != null) {
            writer.put(LOCATION).put(location);
        }
        if (close) {
            writer.put(CLOSE);
        }
        writer.put(LINE_END).put(answer.fields()).put(told).put(LINE_END);
        if (!head && !bodiless) {
            writer.put(answer.text());
        }
    }
}

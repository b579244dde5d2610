package sampan.gateway.routes;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import sampan.errors.SampanException;
import sampan.gateway.wire.Octets;
import sampan.gateway.wire.RequestHead;
import sampan.linux.net.Memory;

/// A text with variables, such as `https://{host}{path}`, taken apart once. What it comes to is a
/// header's value whatever the client sent: what stands in a head has no control characters, and
/// what comes of an identity is percent-encoded where it could have some.
///
/// Braces around anything but a word are text, as JSON has them; `{{` is one brace.
public final class Template {
    /// Octets of a value at most.
    public static final int VALUE_BYTES_MAX = 8 << 10;

    /// Of [#write]: there is no room.
    static final int FULL = -1;

    private static final Pattern VARIABLE =
            Pattern.compile("\\{(?:(\\{)|([a-z][a-z-]*)(?::([^{}\\s\"]{1,128}))?\\})");
    private static final int ID_HALVES = 2;
    private static final int ID_DIGITS = 16;
    private static final byte[] NOTHING = {};

    /// One for each loop's thread, as long as the process lives.
    private static final ThreadLocal<Long> ROOM =
            ThreadLocal.withInitial(
                    () -> Memory.allocate(VALUE_BYTES_MAX + (long) ID_HALVES * ID_DIGITS));

    private static final byte[] HTTP = Octets.ascii("http");
    private static final byte[] HTTPS = Octets.ascii("https");
    private static final String KNOWN =
            "write {host}, {path}, {query}, {uri}, {method}, {scheme}, {client}, {consumer},"
                    + " {request-id}, {header:NAME}, {query:NAME}, {cookie:NAME}, {claim:NAME}, or"
                    + " {{ for a brace";

    private sealed interface Part {
        record Text(byte[] octets) implements Part {}

        /// What stands in the request somewhere.
        record Named(Attribute attribute) implements Part {}

        record Claim(String name) implements Part {}
    }

    private enum Variable implements Part {
        HOST,
        QUERY,
        URI,
        METHOD,
        SCHEME,
        CONSUMER,
        REQUEST_ID
    }

    // An array: to go through a list would cost an object for each request.
    private final Part[] parts;
    private final boolean fixed;
    private final String written;

    private Template(List<Part> parts, String written) {
        this.written = written;
        this.parts = parts.toArray(Part[]::new);
        fixed = parts.stream().allMatch(Part.Text.class::isInstance);
    }

    /// @param field for the message
    public static Template of(String field, String text) {
        List<Part> parts = new ArrayList<>();
        Matcher found = VARIABLE.matcher(text);
        StringBuilder literal = new StringBuilder();
        int at = 0;
        while (found.find()) {
            literal.append(text, at, found.start());
            at = found.end();
            String word = found.group(2);
            if (word == null) {
                literal.append('{');
                continue;
            }
            flush(parts, literal);
            String name = found.group(3);
            parts.add(name == null ? variable(field, word) : named(field, word, name));
        }
        literal.append(text, at, text.length());
        flush(parts, literal);
        return new Template(parts, text);
    }

    private static void flush(List<Part> parts, StringBuilder literal) {
        if (!literal.isEmpty()) {
            parts.add(new Part.Text(literal.toString().getBytes(StandardCharsets.ISO_8859_1)));
            literal.setLength(0);
        }
    }

    private static Part variable(String field, String word) {
        return switch (word) {
            case "host" -> Variable.HOST;
            case "path" -> new Part.Named(Attribute.parse(field, "path"));
            case "query" -> Variable.QUERY;
            case "uri" -> Variable.URI;
            case "method" -> Variable.METHOD;
            case "scheme" -> Variable.SCHEME;
            case "client" -> new Part.Named(Attribute.ADDRESS);
            case "consumer" -> Variable.CONSUMER;
            case "request-id" -> Variable.REQUEST_ID;
            default -> throw unknown(field, word);
        };
    }

    private static Part named(String field, String word, String name) {
        return switch (word) {
            case "header" -> new Part.Named(Attribute.header(name));
            case "query" -> new Part.Named(Attribute.query(name));
            case "cookie" -> new Part.Named(Attribute.cookie(name));
            case "claim" -> new Part.Claim(name);
            default -> throw unknown(field, word + ":" + name);
        };
    }

    private static SampanException unknown(String field, String word) {
        return SampanException.invalid(field + ": {" + word + "} is no variable: " + KNOWN);
    }

    /// A text that means itself in a template.
    public static String literal(String text) {
        return text.replace("{", "{{");
    }

    /// Whether it has no variables.
    public boolean isFixed() {
        return fixed;
    }

    /// What it is where it has none.
    public String text() {
        StringBuilder text = new StringBuilder();
        for (Part part : parts) {
            if (part instanceof Part.Text(byte[] octets)) {
                text.append(new String(octets, StandardCharsets.ISO_8859_1));
            }
        }
        return text.toString();
    }

    /// Whether it tells of who the request is from.
    boolean isOfIdentity() {
        return Arrays.stream(parts)
                .anyMatch(p -> p == Variable.CONSUMER || p instanceof Part.Claim);
    }

    /// Whether it has the number that each request is given.
    boolean hasRequestId() {
        return Arrays.asList(parts).contains(Variable.REQUEST_ID);
    }

    /// Writes what it comes to for a request; a variable without a value is nothing.
    ///
    /// @param id [#newId]
    /// @param room octets at `into`
    /// @return octets written, or [#FULL]
    int write(RequestView view, long id, long into, int room) {
        RequestHead head = view.head();
        long end = into + Math.min(room, VALUE_BYTES_MAX);
        long at = into;
        for (Part part : parts) {
            at =
                    switch (part) {
                        case Part.Text(byte[] octets) -> put(octets, at, end);
                        case Part.Named(Attribute attribute) ->
                                attribute.find(view)
                                        ? put(view.foundAt(), view.foundEnd(), at, end)
                                        : at;
                        case Part.Claim(String name) -> {
                            Identity who = view.identity();
                            List<String> values = who == null ? null : who.claims().get(name);
                            yield values == null ? at : encoded(String.join(",", values), at, end);
                        }
                        case Variable variable ->
                                switch (variable) {
                                    case HOST -> put(head.authorityAt(), head.hostEnd(), at, end);
                                    case QUERY -> put(head.pathEnd(), head.queryEnd(), at, end);
                                    case URI -> {
                                        long path = put(view.pathAt(), view.pathEnd(), at, end);
                                        yield put(head.pathEnd(), head.queryEnd(), path, end);
                                    }
                                    case METHOD -> put(head.methodAt(), head.methodEnd(), at, end);
                                    case SCHEME -> put(view.isSecure() ? HTTPS : HTTP, at, end);
                                    case CONSUMER -> {
                                        Identity who = view.identity();
                                        yield who == null ? at : encoded(who.name(), at, end);
                                    }
                                    case REQUEST_ID -> put(id, id + ID_HALVES * ID_DIGITS, at, end);
                                };
                    };
            if (at == 0) {
                return FULL;
            }
        }
        return (int) (at - into);
    }

    /// What it comes to for a request: nothing, where that is too long.
    public byte[] render(RequestView view) {
        long room = ROOM.get();
        long id = room + VALUE_BYTES_MAX;
        newId(id);
        int length = write(view, id, room, VALUE_BYTES_MAX);
        return length == FULL ? NOTHING : Memory.bytes(room, length);
    }

    // Addresses of foreign memory are never 0: it stands for no room, and stays.
    private static long put(byte[] octets, long at, long end) {
        if (at == 0 || at + octets.length > end) {
            return 0;
        }
        Memory.copy(octets, at);
        return at + octets.length;
    }

    private static long put(long from, long to, long at, long end) {
        if (at == 0 || at + (to - from) > end) {
            return 0;
        }
        Memory.copy(from, at, to - from);
        return at + (to - from);
    }

    private static long encoded(String text, long at, long end) {
        return put(Octets.ascii(Octets.percentEncoded(text)), at, end);
    }

    /// Makes a number that no other request has, of 32 hexadecimal digits.
    static void newId(long into) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        long bits = 0;
        for (int i = 0; i < ID_HALVES * ID_DIGITS; i++) {
            if (i % ID_DIGITS == 0) {
                bits = random.nextLong();
            }
            int digit = (int) (bits & 0xF);
            bits >>>= 4;
            Memory.put(into + i, (byte) (digit < 10 ? '0' + digit : 'a' + digit - 10));
        }
    }

    @Override
    public String toString() {
        return written;
    }
}

package sampan.system.gateway;

import static sampan.system.gateway.Http2Wire.CONTINUATION;
import static sampan.system.gateway.Http2Wire.DATA;
import static sampan.system.gateway.Http2Wire.END_HEADERS;
import static sampan.system.gateway.Http2Wire.END_STREAM;
import static sampan.system.gateway.Http2Wire.HEADERS;
import static sampan.system.gateway.Http2Wire.PADDED;
import static sampan.system.gateway.Http2Wire.PRIORITY;
import static sampan.system.gateway.Http2Wire.RST_STREAM;
import static sampan.system.gateway.Http2Wire.field;
import static sampan.system.gateway.Http2Wire.frame;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/// Requests of HTTP/2, generated, that the gateway has to write out as HTTP/1.1: well-formed ones
/// in every shape of frames, and ones with whatever would mean something else there. `$` stands for
/// the host, `~` for the name of the request; neither changes a length.
final class Http2Cases {
    private static final String SMUGGLED = "GET /~/smuggled HTTP/1.1\r\nHost: $\r\n\r\n";
    private static final String BODY = filled("0\r\n\r\n" + SMUGGLED);
    static final int BODY_BYTES = BODY.length();
    private static final List<String> NAMES =
            List.of(
                    "content-length",
                    "Content-Length",
                    "content-length ",
                    " content-length",
                    "content-length:",
                    "content-length\0",
                    "content_length",
                    "x\r\ncontent-length",
                    "x: y\r\ncontent-length",
                    "x\ncontent-length");
    private static final List<String> LENGTHS =
            List.of(
                    "%d",
                    "0",
                    "0%d",
                    "+%d",
                    "-%d",
                    "0x%x",
                    "%d ",
                    " %d",
                    "\t%d",
                    "%d,%1$d",
                    "%d, 0",
                    "%d.0",
                    "%de0",
                    "",
                    "\"%d\"",
                    "%d\0",
                    "%d\r\n",
                    "184467440737095516%d",
                    "1%d",
                    "%d\r\ntransfer-encoding: chunked",
                    "%d\ntransfer-encoding: chunked");
    private static final List<String[]> FIELDS =
            List.of(
                    pair("transfer-encoding", "chunked"),
                    pair("Transfer-Encoding", "chunked"),
                    pair("transfer-encoding ", "chunked"),
                    pair("transfer-encoding:", "chunked"),
                    pair("transfer-encoding\0", "chunked"),
                    pair("transfer_encoding", "chunked"),
                    pair("transfer-encoding", "identity"),
                    pair("transfer-encoding", ""),
                    pair("te", "chunked"),
                    pair("te", "trailers"),
                    pair("te", "trailers, chunked"),
                    pair("connection", "content-length"),
                    pair("connection", "close"),
                    pair("connection", "transfer-encoding"),
                    pair("keep-alive", "timeout=5"),
                    pair("proxy-connection", "keep-alive"),
                    pair("upgrade", "h2c"),
                    pair("http2-settings", "AAMAAABkAARAAAAAAAIAAAAA"),
                    pair("expect", "100-continue"),
                    pair("expect", "other"),
                    pair("x", "y\r\ntransfer-encoding: chunked"),
                    pair("x", "y\ntransfer-encoding: chunked"),
                    pair("x", "y\rtransfer-encoding: chunked"),
                    pair("x", "y\r\n\r\n" + SMUGGLED),
                    pair("x", "y\r\n transfer-encoding: chunked"),
                    pair("x", "y\0transfer-encoding: chunked"),
                    pair("x\r\ntransfer-encoding", "chunked"),
                    pair("x: y\r\ntransfer-encoding", "chunked"),
                    pair("x\r\n\r\n" + SMUGGLED, "y"),
                    pair("x\0", "y"),
                    pair("x y", "z"),
                    pair("", "y"),
                    pair("x", "\r"),
                    pair("x", "\n"),
                    pair("cookie", "a=b\r\ncontent-length: 0"),
                    pair("host", "$"),
                    pair("host", "other.example"),
                    pair("host", "$\r\ntransfer-encoding: chunked"),
                    pair("host", "$ "),
                    pair("host", ""),
                    pair(":method", "GET"),
                    pair(":path", "/~/smuggled"),
                    pair(":status", "200"),
                    pair(":protocol", "websocket"),
                    pair(":x", "y"),
                    pair(":", "y"));
    private static final List<String[]> PSEUDO =
            List.of(
                    pair(":method", "GET /~/smuggled HTTP/1.1\r\nHost: $\r\n\r\nPOST"),
                    pair(":method", "POST /~/smuggled"),
                    pair(":method", "POST "),
                    pair(":method", " POST"),
                    pair(":method", "POST\0"),
                    pair(":method", "POST\r\n"),
                    pair(":method", ""),
                    pair(":method", "post"),
                    pair(":method", "CONNECT"),
                    pair(":method", "PRI"),
                    pair(":path", "/~/a HTTP/1.1\r\nHost: $\r\n\r\n" + SMUGGLED),
                    pair(":path", "/~/a HTTP/1.1\r\ntransfer-encoding: chunked\r\nx: y"),
                    pair(":path", "/~/a HTTP/1.0"),
                    pair(":path", "/~/a b"),
                    pair(":path", " /~/a"),
                    pair(":path", "/~/a "),
                    pair(":path", "/~/a\t"),
                    pair(":path", "/~/a\0"),
                    pair(":path", "/~/a\r"),
                    pair(":path", "/~/a\n"),
                    pair(":path", "/~/a#b"),
                    pair(":path", "~/a"),
                    pair(":path", ""),
                    pair(":path", "*"),
                    pair(":path", "http://$/~/a"),
                    pair(":path", "http://other.example/~/a"),
                    pair(":authority", "$\r\ntransfer-encoding: chunked"),
                    pair(":authority", "$\r\n\r\n" + SMUGGLED),
                    pair(":authority", "$ x"),
                    pair(":authority", "$ "),
                    pair(":authority", "user@$"),
                    pair(":authority", "$/~/a"),
                    pair(":authority", "$\0"),
                    pair(":authority", ""),
                    pair(":scheme", "http\r\nx: y"),
                    pair(":scheme", "x y"),
                    pair(":scheme", "http://$/~/a"),
                    pair(":scheme", ""));
    private static final List<String[]> TRAILERS =
            List.of(
                    pair("x-sum", "1"),
                    pair("content-length", "5"),
                    pair("transfer-encoding", "chunked"),
                    pair("host", "other.example"),
                    pair("connection", "close"),
                    pair("trailer", "x"),
                    pair("x", "y\r\n\r\n" + SMUGGLED),
                    pair("x\r\n\r\n" + SMUGGLED, "y"),
                    pair("x", "y\n"),
                    pair("x\0", "y"),
                    pair("X", "y"),
                    pair("", "y"),
                    pair(":path", "/~/smuggled"));
    private static final String RESET = frame(RST_STREAM, 0, 1, "\0\0\0\10");
    private static final List<String> METHODS = List.of("GET", "POST", "PUT", "DELETE", "PATCH");

    /// @param frames those of stream 1
    /// @param expected how it must be read, where that is not open
    record Request(String name, String frames, Optional<String> expected) {
        /// Whether the client takes it back, so that nothing need be said to it.
        boolean isTakenBack() {
            return frames.contains(RESET);
        }
    }

    private final Random random;

    Http2Cases(long seed) {
        random = new Random(seed);
    }

    private static String[] pair(String name, String value) {
        return new String[] {name, value};
    }

    /// Every single variant, with and without a body, then mixtures.
    ///
    /// @param host that `$` stands for
    List<Request> all(String host, int sound, int mixed) {
        List<String> odd = new ArrayList<>();
        for (String name : NAMES) {
            for (String length : LENGTHS) {
                odd.add(lengthened(name, length));
            }
        }
        for (String[] field : FIELDS) {
            String more = field(filled(field[0]), filled(field[1]));
            odd.add(framed(head("POST") + more, BODY, ""));
            odd.add(framed(head("GET") + more, "", ""));
            odd.add(framed(sized("POST", BODY.length()) + more, BODY, ""));
        }
        for (String[] pseudo : PSEUDO) {
            odd.add(framed(replaced(pseudo), BODY, ""));
            odd.add(framed(replaced(pseudo), "", ""));
        }
        for (String[] trailer : TRAILERS) {
            String last = field(filled(trailer[0]), filled(trailer[1]));
            odd.add(framed(head("POST"), BODY, last));
            odd.add(framed(sized("POST", BODY.length()), BODY, last));
            odd.add(framed(sized("POST", 500), BODY, last));
        }
        odd.addAll(ends());
        for (int i = 0; i < mixed; i++) {
            odd.add(mixture());
        }
        List<Request> requests = new ArrayList<>();
        for (String frames : odd) {
            String name = name('o', requests.size());
            requests.add(new Request(name, to(frames, name, host), Optional.empty()));
        }
        for (int i = 0; i < sound; i++) {
            requests.add(sound(name('s', i), host));
        }
        return requests;
    }

    /// Of one length, so that frames keep theirs.
    static String name(char kind, int number) {
        return "%c%04d".formatted(kind, number);
    }

    /// What is asked for behind each of them, on the next stream.
    static String last(String name, String host) {
        return to(frame(HEADERS, END_HEADERS | END_STREAM, 3, path("GET", "/~/last")), name, host);
    }

    // The placeholders are as long as what they stand for.
    private static String to(String frames, String name, String host) {
        return frames.replace("$$$$$$$$$", host).replace("~~~~~", name);
    }

    private static String filled(String text) {
        return text.replace("$", "$$$$$$$$$").replace("~", "~~~~~");
    }

    private static String path(String method, String path) {
        return field(":method", method)
                + field(":scheme", "http")
                + field(":path", filled(path))
                + field(":authority", filled("$"));
    }

    private static String head(String method) {
        return path(method, "/~/a");
    }

    private static String sized(String method, int length) {
        return head(method) + field("content-length", Integer.toString(length));
    }

    private static String replaced(String[] pseudo) {
        StringBuilder head = new StringBuilder();
        for (String[] one :
                List.of(
                        pair(":method", "POST"),
                        pair(":scheme", "http"),
                        pair(":path", "/~/a"),
                        pair(":authority", "$"))) {
            head.append(field(one[0], filled(one[0].equals(pseudo[0]) ? pseudo[1] : one[1])));
        }
        return head.toString();
    }

    private static String lengthened(String name, String length) {
        return frame(
                        HEADERS,
                        END_HEADERS,
                        1,
                        head("POST") + field(name, length.formatted(BODY.length())))
                + frame(DATA, END_STREAM, 1, BODY);
    }

    /// Requests that end otherwise than they say, or go on behind their end.
    private static List<String> ends() {
        String open = frame(HEADERS, END_HEADERS, 1, head("POST"));
        String sized = frame(HEADERS, END_HEADERS, 1, sized("POST", BODY.length()));
        String body = frame(DATA, 0, 1, BODY);
        String end = frame(DATA, END_STREAM, 1, "");
        String whole = frame(DATA, END_STREAM, 1, BODY);
        String reset = RESET;
        String trailers = frame(HEADERS, END_HEADERS | END_STREAM, 1, field("x", "y"));
        // Two octets, and what must be skipped.
        String padding = (char) BODY.length() + "ab" + BODY;
        List<String> ends = new ArrayList<>();
        for (int length : new int[] {0, 1, 5, BODY.length() - 1, BODY.length() + 1, 500}) {
            String other = frame(HEADERS, END_HEADERS, 1, sized("POST", length));
            ends.add(other + whole);
            ends.add(other + body + body + end);
            ends.add(other + end);
            ends.add(other + body + trailers);
            ends.add(other + body + reset);
            ends.add(frame(HEADERS, END_HEADERS | END_STREAM, 1, sized("POST", length)));
            ends.add(frame(HEADERS, END_HEADERS | END_STREAM, 1, sized("GET", length)) + whole);
        }
        ends.addAll(
                List.of(
                        open + body + reset,
                        sized + body + reset,
                        open + reset,
                        sized + reset,
                        open + whole + whole,
                        sized + whole + body,
                        open + whole + reset,
                        open + whole + trailers,
                        open + open + whole,
                        sized + open + whole,
                        open + body + open + whole,
                        open + body + frame(HEADERS, END_HEADERS, 1, field("x", "y")) + end,
                        open + trailers,
                        sized + trailers,
                        open + end,
                        open + frame(DATA, 0, 1, "").repeat(9) + whole,
                        open + frame(DATA, PADDED | END_STREAM, 1, padding),
                        sized + frame(DATA, PADDED | END_STREAM, 1, padding),
                        open + frame(DATA, PADDED, 1, "\1x") + whole,
                        sized + frame(DATA, PADDED, 1, "\1x") + whole,
                        open + frame(DATA, PADDED | END_STREAM, 1, "\77abc"),
                        frame(HEADERS, END_HEADERS | PADDED, 1, "\7" + head("POST") + "x".repeat(7))
                                + whole));
        return ends;
    }

    private String mixture() {
        StringBuilder head = new StringBuilder(replaced(one(PSEUDO)));
        if (random.nextInt(4) > 0) {
            head = new StringBuilder(head(one(METHODS)));
        }
        for (int i = random.nextInt(3); i > 0; i--) {
            String[] field = one(FIELDS);
            head.append(field(filled(field[0]), filled(field[1])));
        }
        if (random.nextBoolean()) {
            int length = random.nextInt(BODY.length() + 2);
            head.append(field(one(NAMES), one(LENGTHS).formatted(length)));
        }
        String[] trailer = one(TRAILERS);
        return framed(
                head.toString(),
                random.nextInt(4) == 0 ? "" : BODY,
                random.nextBoolean() ? field(filled(trailer[0]), filled(trailer[1])) : "");
    }

    private <T> T one(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    private Request sound(String name, String host) {
        String method = one(METHODS);
        String path = "/~/a?" + "q".repeat(random.nextInt(50));
        byte[] body = new byte[random.nextInt(4) > 0 ? random.nextInt(9000) : 0];
        for (int at = 0; at < body.length; at++) {
            body[at] = (byte) "\r\n0 GET:".charAt(random.nextInt(8));
        }
        String head =
                path(method, path)
                        + field("x-odd", "%s;=\"".repeat(random.nextInt(300)))
                        + field("cookie", "a=b")
                        + field("cookie", "c=d");
        if (random.nextBoolean()) {
            head += field("content-length", Integer.toString(body.length));
        }
        String trailers = random.nextInt(4) == 0 ? field("x-sum", "1") : "";
        String frames = framed(head, new String(body, StandardCharsets.US_ASCII), trailers);
        return new Request(
                name,
                to(frames, name, host),
                Optional.of(Sink.describe(method, path.replace("~", name), body)));
    }

    /// Puts a request into frames, some way or other.
    private String framed(String head, String body, String trailers) {
        boolean bare = body.isEmpty() && trailers.isEmpty() && random.nextBoolean();
        StringBuilder frames = new StringBuilder(block(head, bare ? END_STREAM : 0));
        for (int at = 0; at < body.length(); ) {
            int size = Math.min(body.length() - at, 1 + random.nextInt(4000));
            boolean last = at + size == body.length() && trailers.isEmpty();
            boolean ending = last && random.nextBoolean();
            frames.append(data(body.substring(at, at + size), ending ? END_STREAM : 0));
            at += size;
            bare |= ending;
        }
        if (!trailers.isEmpty()) {
            frames.append(block(trailers, END_STREAM));
        } else if (!bare) {
            frames.append(data("", END_STREAM));
        }
        return frames.toString();
    }

    private String data(String body, int flags) {
        if (random.nextInt(3) > 0) {
            return frame(DATA, flags, 1, body);
        }
        int padding = random.nextInt(100);
        return frame(DATA, flags | PADDED, 1, (char) padding + body + "\n".repeat(padding));
    }

    /// Whether a cut there would go through a placeholder.
    private static boolean isInside(String fields, int at) {
        return at > 0
                && at < fields.length()
                && fields.charAt(at) == fields.charAt(at - 1)
                && "~$".indexOf(fields.charAt(at)) >= 0;
    }

    private String block(String fields, int flags) {
        List<String> parts = new ArrayList<>();
        int pieces = random.nextInt(3);
        int from = 0;
        for (int i = 0; i < pieces; i++) {
            int to = from + random.nextInt(fields.length() - from + 1);
            while (isInside(fields, to)) {
                to++;
            }
            parts.add(fields.substring(from, to));
            from = to;
        }
        parts.add(fields.substring(from));
        int more = random.nextInt(4);
        String begin = parts.getFirst();
        if ((more & 1) != 0) {
            begin = "\0\0\0\0\17" + begin;
            flags |= PRIORITY;
        }
        if ((more & 2) != 0) {
            begin = "\3" + begin + "\r\n\0";
            flags |= PADDED;
        }
        boolean single = parts.size() == 1;
        StringBuilder frames =
                new StringBuilder(frame(HEADERS, flags | (single ? END_HEADERS : 0), 1, begin));
        for (int i = 1; i < parts.size(); i++) {
            int last = i == parts.size() - 1 ? END_HEADERS : 0;
            frames.append(frame(CONTINUATION, last, 1, parts.get(i)));
        }
        return frames.toString();
    }
}

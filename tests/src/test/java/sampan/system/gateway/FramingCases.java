package sampan.system.gateway;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/// Streams of requests, generated: well-framed ones, whose reading is known, and ones that two
/// servers could read in two ways. `@` stands for the host, `#` for the name of the stream.
final class FramingCases {
    private static final String SMUGGLED = "GET /#/smuggled HTTP/1.1\r\nHost: @\r\n\r\n";
    private static final List<String> CODINGS =
            List.of(
                    "Transfer-Encoding: chunked\r\n",
                    "transfer-encoding:chunked\r\n",
                    "Transfer-Encoding: CHUNKED\r\n",
                    "Transfer-Encoding:\tchunked\t\r\n",
                    "Transfer-Encoding : chunked\r\n",
                    " Transfer-Encoding: chunked\r\n",
                    "X: y\r\n Transfer-Encoding: chunked\r\n",
                    "X: y\nTransfer-Encoding: chunked\r\n",
                    "X: y\rTransfer-Encoding: chunked\r\n",
                    "Transfer-Encoding\r\n: chunked\r\n",
                    "Transfer-Encoding:\r\n chunked\r\n",
                    "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
                    "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n",
                    "Transfer-Encoding: identity\r\n",
                    "Transfer-Encoding: chunked, chunked\r\n",
                    "Transfer-Encoding: gzip, chunked\r\n",
                    "Transfer-Encoding: chunked, gzip\r\n",
                    "Transfer-Encoding: ,chunked\r\n",
                    "Transfer-Encoding: chunked;q=0\r\n",
                    "Transfer-Encoding: \"chunked\"\r\n",
                    "Transfer-Encoding: xchunked\r\n",
                    "Transfer-Encoding: chunkedx\r\n",
                    "Transfer-Encoding: \u000bchunked\r\n",
                    "Transfer-Encoding: \u00a0chunked\r\n",
                    "Transfer-Encoding: chunked\0\r\n",
                    "Transfer-Encoding:\r\n",
                    "Transfer_Encoding: chunked\r\n",
                    "X-Transfer-Encoding: chunked\r\n",
                    "Transfer-Encoding\0: chunked\r\n",
                    "Transfer-Encoding; chunked\r\n",
                    "TE: chunked, trailers\r\n",
                    "Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked\r\n");
    private static final List<String> LENGTHS =
            List.of(
                    "Content-Length: %d\r\n",
                    "content-length:%d\r\n",
                    "Content-Length:\t%d \r\n",
                    "Content-Length: 0%d\r\n",
                    "Content-Length: +%d\r\n",
                    "Content-Length: -%d\r\n",
                    "Content-Length: 0x%d\r\n",
                    "Content-Length: %d,%1$d\r\n",
                    "Content-Length: %d, 0\r\n",
                    "Content-Length: %d 0\r\n",
                    "Content-Length: %d.0\r\n",
                    "Content-Length: %de0\r\n",
                    "Content-Length: %d\r\nContent-Length: %1$d\r\n",
                    "Content-Length: %d\r\nContent-Length: 0\r\n",
                    "Content-Length: 0\r\ncontent-length: %d\r\n",
                    "Content-Length : %d\r\n",
                    "Content-Length:\r\n %d\r\n",
                    "Content-Length: \u000b%d\r\n",
                    "Content-Length: %d\0\r\n",
                    "Content-Length:\r\n",
                    "Content-Length: \"%d\"\r\n",
                    "Content-Length: 1844674407370955161%d\r\n",
                    "Content_Length: %d\r\n",
                    "X: y\nContent-Length: %d\r\n",
                    "Connection: Content-Length\r\nContent-Length: %d\r\n",
                    "");
    private static final List<String> SIZES =
            List.of(
                    "%x\r\n",
                    "%X\r\n",
                    "000%x\r\n",
                    "%x;a=b\r\n",
                    "%x;a=\"b;c\"\r\n",
                    "%x;a\r\n",
                    "%x ;a\r\n",
                    " %x\r\n",
                    "%x \r\n",
                    "%x\t\r\n",
                    "0x%x\r\n",
                    "+%x\r\n",
                    "-%x\r\n",
                    "%x\n",
                    "%x\r",
                    "%x;a\n\r\n",
                    "%x;a\rb\r\n",
                    "%x;\0\r\n",
                    "%x,\r\n",
                    "%x_\r\n",
                    "1000000000000000%x\r\n",
                    "%x;a=\"\r\n\"\r\n");
    private static final List<String> ENDS =
            List.of(
                    "0\r\n\r\n",
                    "00\r\n\r\n",
                    "0;last\r\n\r\n",
                    "0\r\nX-Sum: 1\r\n\r\n",
                    "0\r\nX-Sum: 1\r\nX-More: 2\r\n\r\n",
                    "0\r\nContent-Length: 5\r\n\r\n",
                    "0\r\nTransfer-Encoding: chunked\r\n\r\n",
                    "0\r\nHost: other\r\n\r\n",
                    "0\r\nX: 1\n\r\n",
                    "0\r\n X: 1\r\n\r\n",
                    "0\r\nX : 1\r\n\r\n",
                    "0\n\n",
                    "0\r\n\n",
                    "0\r\r\n",
                    "\r\n\r\n",
                    "0 \r\n\r\n",
                    "0\r\nGET /#/smuggled HTTP/1.1\r\nHost: @\r\n\r\n");
    private static final List<String> LINE_ENDS = List.of("\n", "\r", "\r\r\n", "\r\n ", "\r\n\t");
    private static final List<String> METHODS = List.of("GET", "POST", "PUT", "DELETE", "PATCH");

    /// @param expected how it must be read, where that is not open
    record Stream(String name, String raw, Optional<List<String>> expected) {
        byte[] to(String host) {
            return raw.replace("@", host).replace("#", name).getBytes(StandardCharsets.ISO_8859_1);
        }
    }

    private final Random random;

    FramingCases(long seed) {
        random = new Random(seed);
    }

    /// Every single variant once, then mixtures.
    List<Stream> all(int sound, int mixed) {
        List<String> odd = new ArrayList<>();
        for (String coding : CODINGS) {
            odd.add(request("POST", coding, "5\r\nABCDE\r\n0\r\n\r\n"));
            odd.add(request("POST", "Content-Length: 5\r\n" + coding, "0\r\n\r\n" + SMUGGLED));
            odd.add(request("POST", coding + "Content-Length: 70\r\n", "0\r\n\r\n" + SMUGGLED));
        }
        for (String length : LENGTHS) {
            odd.add(request("POST", length.formatted(5), "ABCDE"));
            odd.add(request("GET", length.formatted(5), SMUGGLED));
        }
        for (String size : SIZES) {
            odd.add(chunked(size.formatted(5) + "ABCDE\r\n0\r\n\r\n"));
            odd.add(chunked(size.formatted(SMUGGLED.length()) + SMUGGLED + "\r\n0\r\n\r\n"));
        }
        for (String end : ENDS) {
            odd.add(chunked("5\r\nABCDE\r\n" + end));
            odd.add(chunked("3\r\nABCDE\r\n" + end));
            odd.add(chunked("5\r\nABCDE" + end));
        }
        for (String lineEnd : LINE_ENDS) {
            odd.add("GET /#/a HTTP/1.1" + lineEnd + "Host: @\r\n\r\n");
            odd.add("GET /#/a HTTP/1.1\r\nHost: @" + lineEnd + "\r\n");
            odd.add("GET /#/a HTTP/1.1\r\nHost: @\r\nX: y" + lineEnd + "Content-Length: 9\r\n\r\n");
        }
        odd.addAll(others());
        for (int i = 0; i < mixed; i++) {
            odd.add(mixture());
        }
        List<Stream> streams = new ArrayList<>();
        for (String raw : odd) {
            streams.add(new Stream("o" + streams.size(), raw + last(), Optional.empty()));
        }
        for (int i = 0; i < sound; i++) {
            streams.add(sound("s" + i));
        }
        return streams;
    }

    private static List<String> others() {
        return List.of(
                "\r\nGET /#/a HTTP/1.1\r\nHost: @\r\n\r\n",
                "\n\nGET /#/a HTTP/1.1\r\nHost: @\r\n\r\n",
                " GET /#/a HTTP/1.1\r\nHost: @\r\n\r\n",
                "GET /#/a HTTP/1.1\r\nHost: @\r\nHost: @\r\n\r\n",
                "GET http://@/#/a HTTP/1.1\r\nHost: @\r\n\r\n",
                "GET /#/a HTTP/1.0\r\nHost: @\r\nConnection: keep-alive\r\n\r\n",
                "GET /#/a HTTP/1.0\r\nHost: @\r\n\r\n" + SMUGGLED,
                "POST /#/a HTTP/1.0\r\nHost: @\r\nContent-Length: 5\r\n\r\nABCDE" + SMUGGLED,
                "POST /#/a HTTP/1.0\r\nHost: @\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "GET /#/a\r\n" + SMUGGLED,
                "GET /#/a HTTP/1.1\r\nHost: @\r\nConnection: close\r\n\r\n" + SMUGGLED,
                request("POST", "Expect: 100-continue\r\nContent-Length: 5\r\n", "ABCDE"),
                request("POST", "Expect: 100-continue\r\nContent-Length: 0\r\n", SMUGGLED),
                request("POST", "Expect: 100-continue\r\n", SMUGGLED),
                request("POST", "Expect: other\r\nContent-Length: 5\r\n", "ABCDE"),
                request("GET", "Expect: 100-continue\r\n", SMUGGLED),
                request("GET", "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\n", SMUGGLED),
                request("GET", "Upgrade: websocket\r\nConnection: Upgrade\r\n", SMUGGLED),
                request("GET", "X: " + "y".repeat(9000) + "\r\n", SMUGGLED),
                request("GET", "X\r\n", SMUGGLED),
                request("GET", "X: y\u0000\r\n", SMUGGLED),
                request("GET", ": y\r\n", SMUGGLED));
    }

    private static String request(String method, String fields, String body) {
        return method + " /#/a HTTP/1.1\r\nHost: @\r\n" + fields + "\r\n" + body;
    }

    private static String chunked(String body) {
        return request("POST", "Transfer-Encoding: chunked\r\n", body);
    }

    private static String last() {
        return "GET /#/last HTTP/1.1\r\nHost: @\r\nConnection: close\r\n\r\n";
    }

    private String one(List<String> of) {
        return of.get(random.nextInt(of.size()));
    }

    private String mixture() {
        String body = random.nextBoolean() ? SMUGGLED : "ABCDE";
        StringBuilder fields = new StringBuilder();
        for (int i = random.nextInt(3); i >= 0; i--) {
            fields.append(
                    random.nextBoolean()
                            ? one(CODINGS)
                            : one(LENGTHS).formatted(random.nextInt(body.length() + 2)));
        }
        String framed =
                random.nextBoolean()
                        ? one(SIZES).formatted(body.length()) + body + "\r\n" + one(ENDS)
                        : body;
        return request(one(METHODS), fields.toString(), framed);
    }

    private Stream sound(String name) {
        StringBuilder raw = new StringBuilder();
        List<String> expected = new ArrayList<>();
        for (int i = random.nextInt(6); i >= 0; i--) {
            String method = one(METHODS);
            byte[] body = new byte[random.nextInt(4) == 0 ? random.nextInt(200_000) : 0];
            for (int at = 0; at < body.length; at++) {
                body[at] = (byte) ("\r\n0 GET:".charAt(random.nextInt(8)));
            }
            String path = "/" + name + "/" + i + "?" + "q".repeat(random.nextInt(50));
            raw.append(random.nextInt(8) == 0 ? "\r\n" : "")
                    .append(method + " " + path + " HTTP/1.1\r\nHost: @\r\n")
                    .append(framed(new String(body, StandardCharsets.US_ASCII)));
            expected.add(Sink.describe(method, path, body));
        }
        expected.add(Sink.describe("GET", "/" + name + "/last", new byte[0]));
        return new Stream(name, raw + last(), Optional.of(expected));
    }

    private String framed(String body) {
        if (random.nextBoolean()) {
            return (body.isEmpty() && random.nextBoolean()
                            ? ""
                            : "Content-Length: " + body.length() + "\r\n")
                    + "\r\n"
                    + body;
        }
        StringBuilder framed = new StringBuilder("Transfer-Encoding: chunked\r\n\r\n");
        for (int at = 0; at < body.length(); ) {
            int size = Math.min(body.length() - at, 1 + random.nextInt(40_000));
            framed.append(SIZES.get(random.nextInt(6)).formatted(size))
                    .append(body, at, at + size)
                    .append("\r\n");
            at += size;
        }
        return framed + ENDS.get(random.nextInt(5));
    }
}

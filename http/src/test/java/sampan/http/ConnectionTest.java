package sampan.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The codec against scripted clients: what it takes, what it refuses, and that pieces of any size
/// make no difference.
class ConnectionTest {
    private static final String HOST = "Host: h\r\n";

    /// Answers METHOD TARGET BODY.
    private static final Handler ECHO =
            exchange -> {
                byte[] body = exchange.body().readAllBytes();
                String text =
                        exchange.head().method()
                                + " "
                                + exchange.head().target()
                                + " "
                                + new String(body, StandardCharsets.ISO_8859_1);
                exchange.respond(200).send(text.getBytes(StandardCharsets.ISO_8859_1));
            };

    private static String serve(Wire wire, Handler handler) {
        return serve(wire, Limits.local(), handler);
    }

    private static String serve(Wire wire, Limits limits, Handler handler) {
        try (ServerSocketChannel listener = ServerSocketChannel.open();
                HttpServer server =
                        new HttpServer(
                                listener,
                                new HttpServer.Settings(
                                        limits,
                                        Map.of("Server", "test"),
                                        Refusal.plain(),
                                        handler))) {
            server.serve(wire);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return wire.written();
    }

    private static List<Integer> statuses(String written) {
        List<Integer> found = new ArrayList<>();
        int at = written.indexOf("HTTP/1.1 ");
        while (at >= 0) {
            found.add(Integer.parseInt(written.substring(at + 9, at + 12)));
            at = written.indexOf("HTTP/1.1 ", at + 9);
        }
        return found;
    }

    static Stream<Arguments> hostile() {
        String get = "GET / HTTP/1.1\r\n";
        String post = "POST / HTTP/1.1\r\n" + HOST;
        String chunked = post + "Transfer-Encoding: chunked\r\n\r\n";
        return Stream.of(
                Arguments.of(
                        "bare LF after the request line", 400, "GET / HTTP/1.1\n" + HOST + "\r\n"),
                Arguments.of("bare LF after a field", 400, get + "Host: h\n\r\n"),
                Arguments.of("bare LF as the blank line", 400, get + HOST + "\n"),
                Arguments.of("bare CR in a field", 400, get + "Host: h\rX: y\r\n\r\n"),
                Arguments.of("bare CR in the request line", 400, "GET /\r HTTP/1.1\r\n\r\n"),
                Arguments.of("two blank lines before", 400, "\r\n\r\n" + get + HOST + "\r\n"),
                Arguments.of("folded field", 400, get + HOST + "X: a\r\n b\r\n\r\n"),
                Arguments.of("fold before the first field", 400, get + " Host: h\r\n\r\n"),
                Arguments.of("blank before the colon", 400, get + "Host : h\r\n\r\n"),
                Arguments.of("no colon", 400, get + HOST + "nonsense\r\n\r\n"),
                Arguments.of("empty name", 400, get + HOST + ": x\r\n\r\n"),
                Arguments.of("name with a bracket", 400, get + HOST + "a(b: x\r\n\r\n"),
                Arguments.of("name with a high byte", 400, get + HOST + "\u00e4: x\r\n\r\n"),
                Arguments.of("NUL in a value", 400, get + HOST + "X: a\0b\r\n\r\n"),
                Arguments.of("DEL in a value", 400, get + HOST + "X: a\u007fb\r\n\r\n"),
                Arguments.of("vertical tab in a value", 400, get + HOST + "X: a\u000bb\r\n\r\n"),
                Arguments.of("no Host", 400, get + "\r\n"),
                Arguments.of("two Hosts", 400, get + HOST + HOST + "\r\n"),
                Arguments.of("blank in Host", 400, get + "Host: a b\r\n\r\n"),
                Arguments.of("list in Host", 400, get + "Host: a,b\r\n\r\n"),
                Arguments.of("two blanks in the request line", 400, "GET  / HTTP/1.1\r\n\r\n"),
                Arguments.of("tab in the request line", 400, "GET\t/ HTTP/1.1\r\n\r\n"),
                Arguments.of("blank after the version", 400, "GET / HTTP/1.1 \r\n\r\n"),
                Arguments.of("no version", 400, "GET /\r\n\r\n"),
                Arguments.of("no method", 400, " / HTTP/1.1\r\n\r\n"),
                Arguments.of("method with a brace", 400, "G{T / HTTP/1.1\r\n\r\n"),
                Arguments.of("lower-case version", 400, "GET / http/1.1\r\n\r\n"),
                Arguments.of("long version", 400, "GET / HTTP/1.10\r\n\r\n"),
                Arguments.of("HTTP/2 preface", 505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
                Arguments.of("HTTP/0.9", 505, "GET / HTTP/0.9\r\n\r\n"),
                Arguments.of("authority form", 400, "CONNECT h:1 HTTP/1.1\r\n" + HOST + "\r\n"),
                Arguments.of("relative target", 400, "GET x HTTP/1.1\r\n" + HOST + "\r\n"),
                Arguments.of("high byte in the target", 400, "GET /\u00e4 HTTP/1.1\r\n\r\n"),
                Arguments.of(
                        "CL and TE",
                        400,
                        post + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
                Arguments.of(
                        "TE and CL",
                        400,
                        post + "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n0\r\n\r\n"),
                Arguments.of(
                        "CL twice, equal",
                        400,
                        post + "Content-Length: 1\r\nContent-Length: 1\r\n\r\na"),
                Arguments.of(
                        "CL twice, different",
                        400,
                        post + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
                Arguments.of("CL as a list", 400, post + "Content-Length: 1, 1\r\n\r\na"),
                Arguments.of("CL with a sign", 400, post + "Content-Length: +1\r\n\r\na"),
                Arguments.of("CL negative", 400, post + "Content-Length: -1\r\n\r\na"),
                Arguments.of("CL hexadecimal", 400, post + "Content-Length: 0x1\r\n\r\na"),
                Arguments.of("CL empty", 400, post + "Content-Length:\r\n\r\na"),
                Arguments.of(
                        "CL beyond 64 bits",
                        400,
                        post + "Content-Length: 99999999999999999999\r\n\r\na"),
                Arguments.of(
                        "TE twice",
                        400,
                        post
                                + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
                Arguments.of("TE identity", 501, post + "Transfer-Encoding: identity\r\n\r\n"),
                Arguments.of(
                        "TE gzip, chunked",
                        501,
                        post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
                Arguments.of(
                        "TE with a parameter",
                        501,
                        post + "Transfer-Encoding: chunked;a=b\r\n\r\n0\r\n\r\n"),
                Arguments.of(
                        "TE in HTTP/1.0",
                        400,
                        "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
                Arguments.of(
                        "unknown expectation",
                        417,
                        post + "Expect: 200-ok\r\nContent-Length: 1\r\n\r\na"),
                Arguments.of("chunk size missing", 400, chunked + "\r\nabc\r\n0\r\n\r\n"),
                Arguments.of("chunk size with 0x", 400, chunked + "0x3\r\nabc\r\n0\r\n\r\n"),
                Arguments.of("chunk size with a sign", 400, chunked + "+3\r\nabc\r\n0\r\n\r\n"),
                Arguments.of("chunk size negative", 400, chunked + "-3\r\nabc\r\n0\r\n\r\n"),
                Arguments.of("chunk size with blanks", 400, chunked + "3 \r\nabc\r\n0\r\n\r\n"),
                Arguments.of("chunk size too large", 400, chunked + "ffffffffffffffff\r\nabc"),
                Arguments.of("chunk size with a bare LF", 400, chunked + "3\nabc\r\n0\r\n\r\n"),
                Arguments.of("chunk size with a bare CR", 400, chunked + "3\rabc\r\n0\r\n\r\n"),
                Arguments.of("chunk longer than its size", 400, chunked + "3\r\nabcd\r\n0\r\n\r\n"),
                Arguments.of("chunk ends with a bare LF", 400, chunked + "3\r\nabc\n0\r\n\r\n"),
                Arguments.of(
                        "LF in a chunk extension", 400, chunked + "3;a\nb\r\nabc\r\n0\r\n\r\n"),
                Arguments.of(
                        "long chunk extension",
                        400,
                        chunked + "3;" + "x".repeat(300) + "\r\nabc\r\n0\r\n\r\n"),
                Arguments.of(
                        "wide digit as a chunk size", 400, chunked + "\u00b2\r\nab\r\n0\r\n\r\n"),
                Arguments.of("trailer without a colon", 400, chunked + "0\r\nnonsense\r\n\r\n"),
                Arguments.of("folded trailer", 400, chunked + "0\r\nA: b\r\n c\r\n\r\n"),
                Arguments.of("bare LF in the trailers", 400, chunked + "0\r\nA: b\n\r\n"),
                Arguments.of(
                        "trailers too long",
                        431,
                        chunked + "0\r\nA: " + "x".repeat(70_000) + "\r\n\r\n"),
                Arguments.of("body ends early", 400, post + "Content-Length: 5\r\n\r\nabc"),
                Arguments.of("chunked body ends early", 400, chunked + "5\r\nabc"),
                Arguments.of("head ends early", 400, get + "Hos"),
                Arguments.of(
                        "head too long", 431, get + HOST + "X: " + "x".repeat(70_000) + "\r\n\r\n"),
                Arguments.of(
                        "request line too long",
                        431,
                        "GET /" + "x".repeat(70_000) + " HTTP/1.1\r\n\r\n"),
                Arguments.of("too many fields", 431, get + HOST + "X: y\r\n".repeat(300) + "\r\n"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("hostile")
    void hostileFramingGetsOneRefusalAndTheEnd(String name, int status, String request) {
        // A second request behind the bad one must never be taken for one.
        String smuggled = request + "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n";
        boolean endsEarly = name.endsWith("early");
        for (int size : new int[] {1, 3, 100_000}) {
            String written = serve(Wire.cut(endsEarly ? request : smuggled, size), ECHO);
            assertThat(statuses(written))
                    .as("%s in pieces of %d", name, size)
                    .containsExactly(status);
            assertThat(written).contains("Connection: close").doesNotContain("/smuggled");
        }
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrder() {
        String all =
                "GET /1 HTTP/1.1\r\nHost: h\r\n\r\n"
                        + "POST /2 HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc"
                        + "POST /3 HTTP/1.1\r\nhost: h\r\ntransfer-encoding: Chunked\r\n\r\n"
                        + "3;x=y\r\nabc\r\n002\r\nde\r\n0\r\nT: v\r\n\r\n"
                        + "\r\nGET http://h/4?q=1 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
                        + "GET /5 HTTP/1.1\r\nHost: h\r\n\r\n";
        for (int size = 1; size < all.length(); size += 7) {
            String written = serve(Wire.cut(all, size), ECHO);
            assertThat(statuses(written)).containsExactly(200, 200, 200, 200);
            assertThat(written)
                    .containsSubsequence("GET /1 ", "POST /2 abc", "POST /3 abcde", "GET /4?q=1 ");
        }
    }

    @Test
    void randomPiecesAndRandomBytesNeverBreakTheConnection() {
        Random random = new Random(20260101);
        String valid =
                "POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nwxyz\r\n0\r\n\r\n";
        for (int round = 0; round < 4000; round++) {
            StringBuilder text = new StringBuilder(valid.repeat(1 + random.nextInt(3)));
            int changes = random.nextInt(4);
            for (int i = 0; i < changes; i++) {
                int at = random.nextInt(text.length());
                switch (random.nextInt(3)) {
                    case 0 -> text.setCharAt(at, (char) random.nextInt(256));
                    case 1 -> text.deleteCharAt(at);
                    case 2 -> text.insert(at, "\r\n :;0\0".charAt(random.nextInt(7)));
                    default -> throw new AssertionError();
                }
            }
            String written = serve(Wire.cut(text.toString(), 1 + random.nextInt(40)), ECHO);
            List<Integer> statuses = statuses(written);
            assertThat(statuses).as(text.toString()).isNotEmpty();
            // A refusal is always the last word.
            for (int i = 0; i < statuses.size() - 1; i++) {
                assertThat(statuses.get(i)).as(text.toString()).isEqualTo(200);
            }
            if (changes == 0) {
                assertThat(statuses).containsOnly(200);
            }
        }
    }

    @Test
    void continueIsSaidWhenTheBodyIsWanted() {
        String request =
                "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
        String written = serve(Wire.of(request, "ab"), ECHO);
        assertThat(written).startsWith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK");
        assertThat(written).endsWith("POST / ab");
    }

    @Test
    void continueIsNotSaidWhenTheBodyIsNotWanted() {
        String request =
                "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
        String written =
                serve(
                        Wire.of(request, "GET / HTTP/1.1\r\nHost: h\r\n\r\n"),
                        exchange -> exchange.respond(403).end());
        assertThat(statuses(written)).containsExactly(403);
    }

    @Test
    void headHasTheLengthButNotTheBody() {
        String written =
                serve(
                        Wire.of(
                                "HEAD / HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n"),
                        exchange -> exchange.respond(200).send(new byte[] {'a', 'b'}));
        assertThat(statuses(written)).containsExactly(200, 200);
        assertThat(written.split("\r\n\r\n", -1)[1]).startsWith("HTTP/1.1 200");
        assertThat(written).endsWith("\r\n\r\nab");
        assertThat(written).contains("Content-Length: 2");
    }

    @ParameterizedTest
    @ValueSource(ints = {204, 304})
    void bodilessStatusesCarryNoFraming(int status) {
        String written =
                serve(
                        Wire.of("GET / HTTP/1.1\r\nHost: h\r\n\r\n"),
                        exchange -> exchange.respond(status).end());
        assertThat(written).doesNotContain("Content-Length").doesNotContain("Transfer-Encoding");
    }

    @Test
    void streamsAreChunkedAndEnd() {
        String written =
                serve(
                        Wire.of("GET / HTTP/1.1\r\nHost: h\r\n\r\n"),
                        exchange -> {
                            try (ResponseBody body = exchange.respond(200).stream()) {
                                body.flush();
                                body.write('a');
                                body.write(new byte[16]);
                                body.flush();
                                body.write(new byte[70_000]);
                            }
                        });
        assertThat(written).contains("Transfer-Encoding: chunked\r\n").contains("\r\n\r\n11\r\na");
        assertThat(written).contains("\r\nfff4\r\n").endsWith("\r\n0\r\n\r\n");
    }

    @Test
    void streamsToHttp10EndWithTheConnection() {
        String written =
                serve(
                        Wire.of("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"),
                        exchange -> {
                            try (ResponseBody body = exchange.respond(200).stream()) {
                                body.write('a');
                            }
                        });
        assertThat(written).contains("Connection: close\r\n\r\na").doesNotContain("chunked");
    }

    @Test
    void handlerThatFailsWithinItsStreamCutsIt() {
        String written =
                serve(
                        Wire.of(
                                "GET / HTTP/1.1\r\nHost: h\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n"),
                        exchange -> {
                            ResponseBody body = exchange.respond(200).stream();
                            body.write('a');
                            body.flush();
                            throw new IllegalStateException("broken");
                        });
        assertThat(statuses(written)).containsExactly(200);
        assertThat(written).endsWith("1\r\na\r\n");
    }

    @Test
    void handlerThatFailsBeforeGivesFiveHundred() {
        String written =
                serve(
                        Wire.of("GET / HTTP/1.1\r\nHost: h\r\n\r\n"),
                        exchange -> {
                            throw new IllegalStateException("broken");
                        });
        assertThat(statuses(written)).containsExactly(500);
    }

    @Test
    void unreadBodiesAreSkippedWithinReason() {
        Handler ignore = exchange -> exchange.respond(200).end();
        String small = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n123456789";
        assertThat(statuses(serve(Wire.of(small + small), ignore))).containsExactly(200, 200);
        String large =
                "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 300000\r\n\r\n"
                        + "x".repeat(300_000);
        assertThat(statuses(serve(Wire.of(large + small), ignore))).containsExactly(200);
    }

    @ParameterizedTest
    @CsvSource({"Content-Length: 5, 12345", "Transfer-Encoding: chunked, 5|12345|0||"})
    void bodiesBeyondTheLimitAreRefused(String field, String body) {
        String request =
                "POST / HTTP/1.1\r\nHost: h\r\n" + field + "\r\n\r\n" + body.replace("|", "\r\n");
        Handler limited =
                exchange -> {
                    byte[] _ = exchange.body().readAll(4);
                    exchange.respond(200).end();
                };
        assertThat(statuses(serve(Wire.of(request), limited))).containsExactly(413);
    }

    @Test
    void hijackHandsOverWhatWasReadEarly() {
        String written =
                serve(
                        Wire.of("POST / HTTP/1.1\r\nHost: h\r\nUpgrade: tcp\r\n\r\nearly ", "late"),
                        exchange -> {
                            RawStream raw = exchange.respond(101).header("Upgrade", "tcp").hijack();
                            ByteBuffer buffer = ByteBuffer.allocate(64);
                            while (raw.read(buffer) >= 0) {
                                // until the client's end
                            }
                            raw.write(buffer.flip());
                        });
        assertThat(written).startsWith("HTTP/1.1 101 UPGRADED\r\n").endsWith("\r\n\r\nearly late");
    }

    @Test
    void aClientThatBeginsInHttp2IsTakenOverWithAllThatItSent() {
        String preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
        Handler takes =
                new Handler() {
                    @Override
                    public void handle(Exchange exchange) throws IOException {
                        ByteBuffer heard = ByteBuffer.allocate(64);
                        try (Transport raw = exchange.takeOver()) {
                            while (raw.read(heard) >= 0) {
                                // until the client's end
                            }
                            raw.write(heard.flip());
                        }
                    }

                    @Override
                    public boolean takesHttp2() {
                        return true;
                    }
                };
        assertThat(serve(Wire.of(preface.substring(0, 5), preface.substring(5), "late"), takes))
                .isEqualTo(preface + "late");
    }

    @Test
    void outputDoesNotComeTogetherWithTheHeadOfAnUpgrade() {
        Wire wire = Wire.of("POST / HTTP/1.1\r\nHost: h\r\nUpgrade: tcp\r\n\r\n");
        String written =
                serve(
                        wire,
                        exchange ->
                                exchange.respond(101)
                                        .hijack()
                                        .write(ByteBuffer.wrap(new byte[] {'o', 'u', 't'})));
        assertThat(written).endsWith("\r\n\r\nout");
        assertThat(wire.takenTogether()).isEqualTo(1);
    }

    @Test
    void headerValuesCannotSplitAResponse() {
        String written =
                serve(
                        Wire.of("GET / HTTP/1.1\r\nHost: h\r\n\r\n"),
                        exchange -> exchange.respond(200).header("X", "a\r\nSet-Cookie: b").end());
        assertThat(statuses(written)).containsExactly(500);
        assertThat(written).doesNotContain("\r\nSet-Cookie");
    }
}

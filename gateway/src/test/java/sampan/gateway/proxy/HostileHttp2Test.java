package sampan.gateway.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static sampan.gateway.proxy.Http2Peer.CONTINUATION;
import static sampan.gateway.proxy.Http2Peer.DATA;
import static sampan.gateway.proxy.Http2Peer.END_HEADERS;
import static sampan.gateway.proxy.Http2Peer.END_STREAM;
import static sampan.gateway.proxy.Http2Peer.GOAWAY;
import static sampan.gateway.proxy.Http2Peer.HEADERS;
import static sampan.gateway.proxy.Http2Peer.PADDED;
import static sampan.gateway.proxy.Http2Peer.PING;
import static sampan.gateway.proxy.Http2Peer.PRIORITY;
import static sampan.gateway.proxy.Http2Peer.PUSH_PROMISE;
import static sampan.gateway.proxy.Http2Peer.RST_STREAM;
import static sampan.gateway.proxy.Http2Peer.SETTINGS;
import static sampan.gateway.proxy.Http2Peer.WINDOW_UPDATE;
import static sampan.gateway.proxy.Http2Peer.field;
import static sampan.gateway.proxy.Http2Peer.frame;
import static sampan.gateway.proxy.Http2Peer.get;
import static sampan.gateway.proxy.Http2Peer.number;
import static sampan.gateway.proxy.Http2Peer.post;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import sampan.gateway.process.TestGateway;

/// Clients of HTTP/2 that break the rules, or keep them to the letter to do harm. The server behind
/// sees none of it, and the gateway answers the next client.
@Timeout(120)
class HostileHttp2Test {
    private static final int PROTOCOL = 1;
    private static final int FLOW = 3;
    private static final int CLOSED = 5;
    private static final int SIZE = 6;
    private static final int COMPRESSION = 9;
    private static final int CALM = 11;
    private static final int BOTH = END_HEADERS | END_STREAM;
    private static final String GET = get("/");

    private static ScriptedServer server;
    private static TestGateway gateway;

    @BeforeAll
    static void start() throws IOException {
        server = ScriptedServer.echoing();
        gateway = TestGateway.before(server.address());
    }

    @AfterAll
    static void stop() throws IOException {
        gateway.close();
        server.close();
    }

    /// @param error of the GOAWAY that comes of it
    private record Case(String name, int error, byte[]... frames) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static byte[] headers(int stream, String block) {
        return frame(HEADERS, BOTH, stream, block);
    }

    private static byte[] open(int stream, String block) {
        return frame(HEADERS, END_HEADERS, stream, block);
    }

    private static byte[][] times(int count, byte[]... frames) {
        List<byte[]> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.addAll(List.of(frames));
        }
        return all.toArray(byte[][]::new);
    }

    private static byte[][] numbered(int count, java.util.function.IntFunction<byte[]> each) {
        byte[][] all = new byte[count][];
        for (int i = 0; i < count; i++) {
            all[i] = each.apply(2 * i + 1);
        }
        return all;
    }

    private static byte[] together(byte[]... parts) {
        java.io.ByteArrayOutputStream all = new java.io.ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    static Stream<Case> whatEndsTheConnection() {
        return Stream.of(
                new Case("data on stream 0", PROTOCOL, frame(DATA, 0, 0, "x")),
                new Case("data on a stream not opened", PROTOCOL, frame(DATA, 0, 5, "x")),
                new Case("headers on stream 0", PROTOCOL, headers(0, GET)),
                new Case("headers on an even stream", PROTOCOL, headers(2, GET)),
                new Case("continuation without headers", PROTOCOL, frame(CONTINUATION, 4, 1, GET)),
                new Case(
                        "another frame between headers and continuation",
                        PROTOCOL,
                        frame(HEADERS, END_STREAM, 1, GET),
                        frame(PING, 0, 0, "12345678")),
                new Case(
                        "continuation of another stream",
                        PROTOCOL,
                        frame(HEADERS, END_STREAM, 1, GET),
                        frame(CONTINUATION, END_HEADERS, 3, "")),
                new Case("push promise by a client", PROTOCOL, frame(PUSH_PROMISE, 4, 1, GET)),
                new Case("padding beyond the frame", PROTOCOL, frame(DATA, PADDED, 1, "\5ab")),
                new Case(
                        "padding beyond the headers",
                        PROTOCOL,
                        frame(HEADERS, BOTH | PADDED, 1, "\377" + GET)),
                new Case(
                        "padded headers of nothing",
                        PROTOCOL,
                        frame(HEADERS, BOTH | PADDED, 1, "")),
                new Case("frame larger than agreed", SIZE, frame(DATA, 0, 1, "x".repeat(16385))),
                new Case("settings of 5 octets", SIZE, frame(SETTINGS, 0, 0, "12345")),
                new Case("settings on a stream", PROTOCOL, frame(SETTINGS, 0, 1, "")),
                new Case(
                        "acknowledged settings with some",
                        SIZE,
                        frame(SETTINGS, 1, 0, "\0\3\0\0\0\1")),
                new Case("push enabled with 2", PROTOCOL, frame(SETTINGS, 0, 0, "\0\2\0\0\0\2")),
                new Case("window above 2^31-1", FLOW, frame(SETTINGS, 0, 0, "\0\4\200\0\0\0")),
                new Case("frames below 16384", PROTOCOL, frame(SETTINGS, 0, 0, "\0\5\0\0\0\1")),
                new Case("ping of 7 octets", SIZE, frame(PING, 0, 0, "1234567")),
                new Case("ping on a stream", PROTOCOL, frame(PING, 0, 1, "12345678")),
                new Case("goaway on a stream", PROTOCOL, frame(GOAWAY, 0, 1, "12345678")),
                new Case("goaway of 4 octets", SIZE, frame(GOAWAY, 0, 0, "1234")),
                new Case("window update of 0", PROTOCOL, frame(WINDOW_UPDATE, 0, 0, number(0))),
                new Case("window update of 3 octets", SIZE, frame(WINDOW_UPDATE, 0, 0, "123")),
                new Case(
                        "window update of a stream not opened",
                        PROTOCOL,
                        frame(WINDOW_UPDATE, 0, 9, number(1))),
                new Case(
                        "connection window beyond its bound",
                        FLOW,
                        times(2, frame(WINDOW_UPDATE, 0, 0, number(0x7FFFFFFF)))),
                new Case("reset of stream 0", PROTOCOL, frame(RST_STREAM, 0, 0, number(8))),
                new Case(
                        "reset of a stream not opened",
                        PROTOCOL,
                        frame(RST_STREAM, 0, 7, number(8))),
                new Case("reset of 3 octets", SIZE, frame(RST_STREAM, 0, 1, "123")),
                new Case("priority of stream 0", PROTOCOL, frame(PRIORITY, 0, 0, "12345")),
                new Case("priority of 4 octets", SIZE, frame(PRIORITY, 0, 1, "1234")),
                new Case("index 0", COMPRESSION, headers(1, "\200")),
                new Case("index beyond the table", COMPRESSION, headers(1, "\377\10")),
                new Case(
                        "number without an end",
                        COMPRESSION,
                        headers(1, "\377\377\377\377\377\377")),
                new Case("string beyond the block", COMPRESSION, headers(1, "\0\12abc")),
                new Case("block that breaks off", COMPRESSION, headers(1, "\0\1a")),
                new Case("table larger than agreed", COMPRESSION, headers(1, "\77\342\177" + GET)),
                new Case("table size behind a field", COMPRESSION, headers(1, GET + "\40")),
                new Case(
                        "huffman code of the end",
                        COMPRESSION,
                        headers(1, "\0\1a\204\377\377\377\377")),
                new Case("huffman padding of zeros", COMPRESSION, headers(1, "\0\1a\201\0")),
                new Case(
                        "continuation flood, empty",
                        CALM,
                        together(
                                frame(HEADERS, END_STREAM, 1, GET),
                                together(times(1000, frame(CONTINUATION, 0, 1, ""))))),
                new Case(
                        "continuation flood, full",
                        CALM,
                        together(
                                frame(HEADERS, END_STREAM, 1, GET),
                                together(
                                        times(
                                                8,
                                                frame(
                                                        CONTINUATION,
                                                        0,
                                                        1,
                                                        "\0\1a\177\201\177"
                                                                + "x".repeat(16000)))))),
                new Case("ping flood", CALM, times(20_000, frame(PING, 0, 0, "12345678"))),
                new Case("settings flood", CALM, times(20_000, frame(SETTINGS, 0, 0, ""))),
                new Case(
                        "priority flood", CALM, times(20_000, frame(PRIORITY, 0, 1, "\0\0\0\0\1"))),
                new Case("unknown frame flood", CALM, times(20_000, frame(77, 0, 0, ""))),
                new Case(
                        "window update flood",
                        CALM,
                        times(20_000, frame(WINDOW_UPDATE, 0, 0, number(1)))),
                new Case(
                        "empty data flood",
                        CALM,
                        together(
                                open(1, post("/") + field("content-length", "1")),
                                together(times(20_000, frame(DATA, 0, 1, ""))))),
                new Case(
                        "rapid reset",
                        CALM,
                        numbered(
                                5_000,
                                i ->
                                        together(
                                                headers(i, GET),
                                                frame(RST_STREAM, 0, i, number(8))))),
                new Case(
                        "streams that only get refused",
                        CALM,
                        numbered(5_000, i -> headers(i, field("bad name", "x")))));
    }

    @ParameterizedTest
    @MethodSource
    void whatEndsTheConnection(Case hostile) throws Exception {
        try (Http2Peer peer = new Http2Peer(gateway.port(), true)) {
            peer.send(hostile.frames());
            List<Http2Peer.Frame> frames = peer.rest();
            assertThat(frames)
                    .filteredOn(frame -> frame.type() == GOAWAY)
                    .singleElement()
                    .satisfies(frame -> assertThat(frame.number(4)).isEqualTo(hostile.error()));
        }
        servesOthers();
    }

    private static void servesOthers() throws IOException {
        try (Http2Peer peer = new Http2Peer(gateway.port(), true)) {
            peer.send(headers(1, GET));
            assertThat(peer.answer(1).getFirst().payload()[0] & 0xFF).isEqualTo(0x88);
        }
    }

    /// @param error of the RST_STREAM that comes of it, 0 for an answer of 4xx or 5xx
    private record Refused(String name, int error, byte[]... frames) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static String with(String... more) {
        StringBuilder block = new StringBuilder(GET);
        for (int i = 0; i < more.length; i += 2) {
            block.append(field(more[i], more[i + 1]));
        }
        return block.toString();
    }

    private static String pseudo(String... pairs) {
        StringBuilder block = new StringBuilder();
        for (int i = 0; i < pairs.length; i += 2) {
            block.append(field(pairs[i], pairs[i + 1]));
        }
        return block.toString();
    }

    private static Refused malformed(String name, String block) {
        return new Refused(name, PROTOCOL, headers(1, block));
    }

    static Stream<Refused> whatEndsTheStream() {
        String length = field("content-length", "5");
        return Stream.of(
                malformed("upper case", with("X-Upper", "1")),
                malformed("blank in a name", with("x y", "1")),
                malformed("colon in a name", with("x:y", "1")),
                malformed("no name", with("", "1")),
                malformed("line end in a value", with("x", "1\r\nevil: 1")),
                malformed("bare LF in a value", with("x", "1\n2")),
                malformed("NUL in a value", with("x", "1\0002")),
                malformed("blank before a value", with("x", " 1")),
                malformed("blank behind a value", with("x", "1\t")),
                malformed("line end in a name", with("x\r\nevil", "1")),
                malformed("connection", with("connection", "close")),
                malformed("transfer-encoding", with("transfer-encoding", "chunked")),
                malformed("upgrade", with("upgrade", "h2c")),
                malformed("keep-alive", with("keep-alive", "1")),
                malformed("proxy-connection", with("proxy-connection", "close")),
                malformed("te other than trailers", with("te", "gzip")),
                malformed("pseudo-field behind a field", "" + field("x", "1") + GET),
                malformed("unknown pseudo-field", with().replace(":scheme", ":schemy")),
                malformed("status in a request", field(":status", "200") + GET),
                malformed("method twice", field(":method", "GET") + GET),
                malformed("path twice", field(":path", "/") + GET),
                malformed("no method", pseudo(":scheme", "http", ":path", "/", ":authority", "a")),
                malformed(
                        "no path", pseudo(":scheme", "http", ":method", "GET", ":authority", "a")),
                malformed("no scheme", pseudo(":path", "/", ":method", "GET", ":authority", "a")),
                malformed("empty path", get("")),
                malformed("absolute path", get("http://b.example/")),
                malformed("connect", get("/").replace("\3GET", "\7CONNECT")),
                malformed("host that differs", with("host", "b.example")),
                malformed("host twice", with("host", "a.example", "host", "a.example")),
                malformed("two lengths", with("content-length", "0", "content-length", "0")),
                malformed("length that is none", with("content-length", "+1")),
                malformed("length without a body", with("content-length", "5")),
                new Refused(
                        "body longer than its length",
                        PROTOCOL,
                        open(1, post("/") + length),
                        frame(DATA, 0, 1, "123456")),
                new Refused(
                        "body shorter than its length",
                        PROTOCOL,
                        open(1, post("/") + length),
                        frame(DATA, END_STREAM, 1, "1234")),
                new Refused(
                        "trailers without an end",
                        PROTOCOL,
                        open(1, post("/")),
                        frame(HEADERS, END_HEADERS, 1, field("x", "1"))),
                new Refused(
                        "pseudo-field in trailers",
                        PROTOCOL,
                        open(1, post("/")),
                        headers(1, field(":path", "/"))),
                new Refused(
                        "stream window beyond its bound",
                        FLOW,
                        open(1, post("/")),
                        frame(WINDOW_UPDATE, 0, 1, number(0x7FFFFFFF))),
                new Refused(
                        "data behind the end",
                        CLOSED,
                        headers(1, get("/")),
                        frame(DATA, 0, 1, "x")),
                new Refused("blank in the path", 0, headers(1, get("/a b"))),
                new Refused("dot segments", 0, headers(1, get("/a/../b"))),
                new Refused("method with a blank", 0, headers(1, GET.replace("\3GET", "\5GET x"))),
                new Refused("trace", 0, headers(1, GET.replace("\3GET", "\5TRACE"))),
                new Refused(
                        "no host",
                        0,
                        headers(1, pseudo(":method", "GET", ":scheme", "http", ":path", "/"))),
                new Refused(
                        "user in the host",
                        0,
                        headers(1, GET.replace("\11a.example", "\11u@example"))),
                new Refused("other expectation", 0, headers(1, with("expect", "x"))),
                new Refused(
                        "head too large",
                        0,
                        frame(HEADERS, END_STREAM, 1, with("x", "y".repeat(12_000))),
                        frame(CONTINUATION, END_HEADERS, 1, field("z", "y".repeat(6_000)))),
                new Refused(
                        "hpack bomb",
                        0,
                        headers(
                                1,
                                GET
                                        + "\100\1x\177\201\36"
                                        + "y".repeat(4000)
                                        + "\276".repeat(12_000))),
                new Refused(
                        "framing field in trailers",
                        0,
                        open(1, post("/")),
                        frame(DATA, 0, 1, "x"),
                        headers(1, field("content-length", "1"))));
    }

    @ParameterizedTest
    @MethodSource
    void whatEndsTheStream(Refused hostile) throws Exception {
        try (ScriptedServer silent =
                        new ScriptedServer(peer -> {
                            peer.head();
                            peer.in().transferTo(java.io.OutputStream.nullOutputStream());
                        });
                TestGateway guarded = TestGateway.before(silent.address());
                Http2Peer peer = new Http2Peer(guarded.port(), true)) {
            peer.send(hostile.frames());
            Http2Peer.Frame first = peer.answer(1).getFirst();
            if (hostile.error() == 0) {
                assertThat(first.type()).isEqualTo(HEADERS);
                assertThat(first.text()).matches("(?s)(\214|\215|\216|\10\3[45]).*");
            } else {
                assertThat(first.type()).isEqualTo(RST_STREAM);
                assertThat(first.number(0)).isEqualTo(hostile.error());
            }
            peer.send(frame(PING, 0, 0, "alive678"));
            assertThat(peer.next(PING).text()).isEqualTo("alive678");
        }
    }

    @Test
    void aClientThatDripsAFieldBlockIsCutOff() throws Exception {
        try (TestGateway guarded =
                        new TestGateway(
                                "limits: {headTimeout: 300ms}\nservices: {}\nroutes: []\n");
                Http2Peer peer = new Http2Peer(guarded.port(), true)) {
            peer.send(frame(HEADERS, END_STREAM, 1, GET));
            assertThat(peer.next(GOAWAY).number(4)).isEqualTo(CALM);
            assertThat(peer.rest()).isEmpty();
        }
    }

    @Test
    void aClientThatDripsAFrameIsCutOff() throws Exception {
        try (TestGateway guarded =
                        new TestGateway(
                                "limits: {headTimeout: 300ms}\nservices: {}\nroutes: []\n");
                Http2Peer peer = new Http2Peer(guarded.port(), true)) {
            peer.send(java.util.Arrays.copyOf(frame(PING, 0, 0, "12345678"), 12));
            assertThat(peer.next(GOAWAY).number(4)).isEqualTo(CALM);
        }
    }

    @Test
    void aClientThatOpensNoStreamIsLetGo() throws Exception {
        try (TestGateway guarded =
                        new TestGateway(
                                "limits: {idleTimeout: 300ms}\nservices: {}\nroutes: []\n");
                Http2Peer peer = new Http2Peer(guarded.port(), true)) {
            assertThat(peer.next(GOAWAY).number(4)).isZero();
            assertThat(peer.rest()).isEmpty();
        }
    }

    @Test
    void aClientThatTakesNothingLosesItsStream() throws Exception {
        String large = "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + "x".repeat(1_000_000);
        try (ScriptedServer much =
                        new ScriptedServer(peer -> {
                            peer.head();
                            peer.write(large);
                        });
                TestGateway guarded =
                        new TestGateway(
                                "limits: {stallTimeout: 300ms}\nservices: {s: {targets: [\""
                                        + much.address()
                                        + "\"]}}\nroutes: [{name: r, service: s}]\n");
                Http2Peer peer = new Http2Peer(guarded.port(), true)) {
            peer.send(headers(1, GET));
            assertThat(peer.answer(1).getLast().type()).isEqualTo(RST_STREAM);
        }
    }

    @Test
    void moreStreamsThanAgreedAreRefusedOneByOne() throws Exception {
        try (ScriptedServer silent =
                        new ScriptedServer(peer -> {
                            peer.head();
                            peer.in().transferTo(java.io.OutputStream.nullOutputStream());
                        });
                TestGateway guarded = TestGateway.before(silent.address());
                Http2Peer peer = new Http2Peer(guarded.port(), true)) {
            peer.send(numbered(Http2Session.STREAMS_MAX + 1, i -> headers(i, GET)));
            Http2Peer.Frame refused = peer.next(RST_STREAM);
            assertThat(refused.stream()).isEqualTo(2 * Http2Session.STREAMS_MAX + 1);
            assertThat(refused.number(0)).isEqualTo(7);
        }
    }
}

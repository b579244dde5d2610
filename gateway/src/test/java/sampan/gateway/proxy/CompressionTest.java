package sampan.gateway.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.zip.GZIPInputStream;
import java.util.zip.Inflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import sampan.errors.SampanException;
import sampan.gateway.process.TestGateway;
import sampan.linux.zstd.ZstdChannel;

/// Answers that are compressed on their way, over real sockets.
@Timeout(60)
class CompressionTest {
    private static final String TEXT = "the quick brown fox jumps over the lazy dog. ".repeat(200);

    private static ScriptedServer answering(String fields, String body) throws IOException {
        return new ScriptedServer(peer -> {
            for (String head = peer.head(); !head.isEmpty(); head = peer.head()) {
                peer.write(
                        "HTTP/1.1 200 OK\r\n"
                                + fields
                                + "\r\n"
                                + (head.startsWith("HEAD") ? "" : body));
            }
        });
    }

    private static String length(String body) {
        return "Content-Length: " + body.length() + "\r\n";
    }

    private static TestGateway gateway(ScriptedServer server, String compress) throws IOException {
        return new TestGateway(
                "services: {s: {targets: ['"
                        + server.address()
                        + "']}}\nroutes: [{name: r, service: s, compress: "
                        + compress
                        + "}]\n");
    }

    private static String get(String accept) {
        return "GET / HTTP/1.1\r\nHost: a\r\n"
                + (accept.isEmpty() ? "" : "Accept-Encoding: " + accept + "\r\n")
                + "\r\n";
    }

    /// The octets of a chunked body, without trailers, which are returned behind a line of their
    /// own.
    private static byte[] chunks(RawClient client) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        while (true) {
            int size = Integer.parseInt(line(client), 16);
            if (size == 0) {
                return all.toByteArray();
            }
            all.writeBytes(client.read(size).getBytes(StandardCharsets.ISO_8859_1));
            assertThat(client.read(2)).isEqualTo("\r\n");
        }
    }

    private static String line(RawClient client) throws IOException {
        StringBuilder line = new StringBuilder();
        while (line.length() < 2 || !line.substring(line.length() - 2).equals("\r\n")) {
            String next = client.read(1);
            assertThat(next).as("after " + line).isNotEmpty();
            line.append(next);
        }
        return line.substring(0, line.length() - 2);
    }

    private static String inflated(byte[] octets) throws IOException {
        return new String(
                new GZIPInputStream(new ByteArrayInputStream(octets)).readAllBytes(),
                StandardCharsets.ISO_8859_1);
    }

    /// Head and content of an answer that is compressed.
    private static String compressed(RawClient client) throws IOException {
        String head = client.head();
        assertThat(head)
                .contains("\r\nContent-Encoding: gzip\r\n")
                .contains("\r\nTransfer-Encoding: chunked\r\n")
                .contains("\r\nVary: Accept-Encoding\r\n")
                .doesNotContain("Content-Length");
        String content = inflated(chunks(client));
        assertThat(client.read(2)).isEqualTo("\r\n");
        return head + content;
    }

    @Test
    void whoTakesItGetsItAndTheConnectionGoesOn() throws IOException {
        String fields =
                "Content-Type: text/html; charset=utf-8\r\nETag: \"v1\"\r\nAccept-Ranges: bytes\r\n"
                        + "Content-MD5: x\r\n"
                        + length(TEXT);
        try (ScriptedServer server = answering(fields, TEXT);
                TestGateway gateway = gateway(server, "true");
                RawClient client = gateway.client()) {
            for (int i = 0; i < 3; i++) {
                client.send(get("br, gzip"));
                assertThat(compressed(client))
                        .endsWith("\r\n\r\n" + TEXT)
                        .contains("\r\nETag: W/\"v1\"\r\n")
                        .doesNotContain("Accept-Ranges")
                        .doesNotContain("Content-MD5");
                assertThat(client.send(get("")).answer())
                        .endsWith(TEXT)
                        .contains("\r\nVary: Accept-Encoding\r\n")
                        .contains("\r\nETag: \"v1\"\r\n")
                        .doesNotContain("Content-Encoding");
            }
            assertThat(server.connections()).isEqualTo(1);
        }
    }

    @Test
    void whatTheClientWantsIsRead() throws IOException {
        try (ScriptedServer server =
                        answering("Content-Type: text/plain\r\n" + length(TEXT), TEXT);
                TestGateway gateway = gateway(server, "true");
                RawClient client = gateway.client()) {
            for (String yes :
                    List.of(
                            "gzip",
                            "GZIP;q=0.1",
                            "*",
                            "br,*;q=0.5",
                            "deflate , gzip ; q=1.000 , x",
                            "identity;q=0.5, gzip;q=0.5",
                            "identity;q=0, gzip;q=0.001",
                            "x,".repeat(5000) + "gzip")) {
                client.send(get(yes));
                assertThat(compressed(client)).as(yes).endsWith(TEXT);
            }
            for (String no :
                    List.of(
                            "",
                            "identity",
                            "gzip;q=0",
                            "gzip;q=0.000",
                            "*;q=0",
                            "gzip;q=0, *",
                            "identity, gzip;q=0.9",
                            "gzipx, xgzip, g zip",
                            "gzip;q=2",
                            "gzip;q=",
                            "gzip;level=1",
                            "gzip gzip",
                            ";;;,,,",
                            "q=1;gzip")) {
                assertThat(client.send(get(no)).answer())
                        .as(no)
                        .doesNotContain("Content-Encoding")
                        .endsWith(TEXT);
            }
        }
    }

    @Test
    void whatMustNotBeCompressedIsNot() throws IOException {
        String text = "Content-Type: text/plain\r\n";
        assertStays("200", "Content-Type: image/png\r\n", TEXT);
        assertStays("200", "", TEXT);
        assertStays("200", "Content-Type: application/grpc\r\n", TEXT);
        assertStays("200", text + "Content-Encoding: br\r\n", TEXT);
        assertStays("200", text + "Cache-Control: public, No-Transform\r\n", TEXT);
        assertStays("206", text + "Content-Range: bytes 0-8999/9999\r\n", TEXT);
        assertStays("206", text, TEXT);
        assertStays("200", text, "short");
        assertStays("200", text, "");
        assertStays("304", text + "ETag: \"v1\"\r\n", "");
    }

    private static void assertStays(String status, String fields, String body) throws IOException {
        try (ScriptedServer server =
                        new ScriptedServer(peer -> {
                            while (!peer.head().isEmpty()) {
                                peer.write(
                                        "HTTP/1.1 "
                                                + status
                                                + " X\r\n"
                                                + fields
                                                + length(body)
                                                + "\r\n"
                                                + body);
                            }
                        });
                TestGateway gateway = gateway(server, "{types: ['text/*', 'application/*']}");
                RawClient client = gateway.client()) {
            assertThat(client.send(get("gzip")).answer())
                    .as(status + " " + fields)
                    .endsWith("\r\n\r\n" + body)
                    .contains(fields)
                    .doesNotContain("Content-Encoding: gzip");
        }
    }

    @Test
    void aHeadIsAnsweredAsTheGetWouldBe() throws IOException {
        String fields = "Content-Type: text/plain\r\nETag: \"v1\"\r\n" + length(TEXT);
        try (ScriptedServer server = answering(fields, TEXT);
                TestGateway gateway = gateway(server, "true");
                RawClient client = gateway.client()) {
            client.send(get("gzip").replace("GET", "HEAD"));
            assertThat(client.head())
                    .contains("\r\nContent-Encoding: gzip\r\n")
                    .contains("\r\nETag: W/\"v1\"\r\n")
                    .doesNotContain("Content-Length");
            client.send(get("gzip"));
            assertThat(compressed(client)).endsWith(TEXT);
        }
    }

    @Test
    void chunksAndTrailersOfTheServerComeThrough() throws IOException {
        String body = "5;x=y\r\nhello\r\n1\r\n \r\n00005\r\nworld\r\n0\r\nX-Sum: 7\r\n\r\n";
        for (int at = 0; at < body.length(); at += 3) {
            int cut = at;
            CountDownLatch first = new CountDownLatch(1);
            try (ScriptedServer server =
                            new ScriptedServer(peer -> {
                                peer.head();
                                peer.write(
                                        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
                                                + "Transfer-Encoding: chunked\r\n\r\n"
                                                + body.substring(0, cut));
                                await(first);
                                peer.write(body.substring(cut));
                                peer.head();
                            });
                    TestGateway gateway = gateway(server, "true");
                    RawClient client = gateway.client()) {
                client.send(get("gzip"));
                String head = client.head();
                assertThat(head).contains("\r\nContent-Encoding: gzip\r\n");
                first.countDown();
                assertThat(inflated(chunks(client))).as("cut at " + cut).isEqualTo("hello world");
                assertThat(line(client)).isEqualTo("X-Sum: 7");
                assertThat(line(client)).isEmpty();
            }
        }
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Test
    void whatTheServerHasSaidIsReadableBeforeItSaysMore() throws Exception {
        CountDownLatch read = new CountDownLatch(1);
        try (ScriptedServer server =
                        new ScriptedServer(peer -> {
                            peer.head();
                            peer.write(
                                    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
                                            + "data: 1\n\n");
                            await(read);
                            peer.write("data: 2\n\n");
                        });
                TestGateway gateway = gateway(server, "true");
                RawClient client = gateway.client()) {
            client.send(get("gzip"));
            assertThat(client.head())
                    .contains("\r\nContent-Encoding: gzip\r\n")
                    .contains("\r\nConnection: close\r\n");
            byte[] first = client.read(Integer.parseInt(line(client), 16)).getBytes("ISO-8859-1");
            Inflater inflater = new Inflater(true);
            inflater.setInput(first, 10, first.length - 10);
            byte[] out = new byte[100];
            int length = inflater.inflate(out);
            inflater.end();
            assertThat(new String(out, 0, length, StandardCharsets.ISO_8859_1))
                    .isEqualTo("data: 1\n\n");
            client.read(2);
            read.countDown();
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            all.writeBytes(first);
            all.writeBytes(chunks(client));
            assertThat(inflated(all.toByteArray())).isEqualTo("data: 1\n\ndata: 2\n\n");
            assertThat(client.rest()).as("and the end").isEqualTo("\r\n");
        }
    }

    @Test
    void aCutAnswerIsNotTakenForAWhole() throws IOException {
        try (ScriptedServer server =
                        new ScriptedServer(peer -> {
                            peer.head();
                            peer.write(
                                    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
                                            + "Content-Length: 9000\r\n\r\n"
                                            + "x".repeat(5000));
                        });
                TestGateway gateway = gateway(server, "true");
                RawClient client = gateway.client()) {
            assertThat(client.send(get("gzip")).untilDropped()).doesNotEndWith("0\r\n\r\n");
        }
    }

    @Test
    void largeAndRandomContentComesWhole() throws IOException {
        Random random = new Random(7);
        StringBuilder large = new StringBuilder();
        for (int i = 0; i < 1_000_000; i++) {
            large.append((char) random.nextInt(256));
        }
        large.append(TEXT.repeat(100));
        String body = large.toString();
        try (ScriptedServer server =
                        answering("Content-Type: text/plain\r\n" + length(body), body);
                TestGateway gateway = gateway(server, "{level: 1}");
                RawClient client = gateway.client()) {
            for (int i = 0; i < 2; i++) {
                client.send(get("gzip"));
                assertThat(compressed(client).endsWith(body)).isTrue();
            }
        }
    }

    @Test
    void theBestThatTheClientTakesIsChosen() throws IOException {
        try (ScriptedServer server =
                        answering("Content-Type: text/plain\r\n" + length(TEXT), TEXT);
                TestGateway gateway = gateway(server, "{encodings: [zstd, gzip]}");
                RawClient client = gateway.client()) {
            for (int i = 0; i < 3; i++) {
                client.send(get("gzip, br, zstd"));
                assertThat(client.head()).contains("\r\nContent-Encoding: zstd\r\n");
                assertThat(unpacked(chunks(client))).isEqualTo(TEXT);
                assertThat(client.read(2)).isEqualTo("\r\n");
                client.send(get("gzip, zstd;q=0.9"));
                assertThat(compressed(client)).endsWith(TEXT);
            }
        }
    }

    @Test
    void largeContentComesWholeInZstdToo() throws IOException {
        Random random = new Random(7);
        StringBuilder large = new StringBuilder(TEXT.repeat(100));
        for (int i = 0; i < 500_000; i++) {
            large.append((char) random.nextInt(256));
        }
        String body = large.toString();
        try (ScriptedServer server =
                        answering("Content-Type: text/plain\r\n" + length(body), body);
                TestGateway gateway = gateway(server, "{encodings: zstd}");
                RawClient client = gateway.client()) {
            client.send(get("zstd"));
            assertThat(client.head()).contains("\r\nContent-Encoding: zstd\r\n");
            assertThat(unpacked(chunks(client)).equals(body)).isTrue();
        }
    }

    private static String unpacked(byte[] octets) throws IOException {
        try (ReadableByteChannel channel =
                        new ZstdChannel(Channels.newChannel(new ByteArrayInputStream(octets)));
                InputStream in = Channels.newInputStream(channel)) {
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    @Test
    void olderClientsGetItAsItIs() throws IOException {
        try (ScriptedServer server =
                        answering("Content-Type: text/plain\r\n" + length(TEXT), TEXT);
                TestGateway gateway = gateway(server, "true");
                RawClient client = gateway.client()) {
            assertThat(client.send(get("gzip").replace("HTTP/1.1", "HTTP/1.0")).rest())
                    .endsWith(TEXT)
                    .doesNotContain("Content-Encoding");
        }
    }

    @Test
    void streamsOfHttp2AreCompressedToo() throws IOException {
        try (ScriptedServer server =
                        answering("Content-Type: text/plain\r\n" + length(TEXT), TEXT);
                TestGateway gateway = gateway(server, "true");
                Http2Peer client = new Http2Peer(gateway.port(), true)) {
            client.send(
                    Http2Peer.frame(
                            Http2Peer.HEADERS,
                            Http2Peer.END_HEADERS | Http2Peer.END_STREAM,
                            1,
                            Http2Peer.get("/") + Http2Peer.field("accept-encoding", "gzip")));
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            List<Http2Peer.Frame> frames = client.answer(1);
            assertThat(frames.getFirst().text()).contains("gzip").doesNotContain("chunked");
            frames.stream()
                    .filter(frame -> frame.type() == Http2Peer.DATA)
                    .forEach(frame -> all.writeBytes(frame.payload()));
            assertThat(inflated(all.toByteArray())).isEqualTo(TEXT);
        }
    }

    @Test
    void whatCannotBeIsRefusedInTheFile() {
        for (String wrong :
                List.of(
                        "{encodings: br}",
                        "{types: html}",
                        "{types: '*/*'}",
                        "{level: 10}",
                        "{bytesMin: x}",
                        "maybe")) {
            String yaml = "routes: [{respond: {}, compress: " + wrong + "}]\n";
            assertThatThrownBy(() -> new TestGateway(yaml).close())
                    .as(wrong)
                    .isInstanceOf(SampanException.class)
                    .hasMessageContaining("compress");
        }
    }
}

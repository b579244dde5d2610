package sampan.gateway.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import sampan.linux.net.Memory;

class HeadTest {
    private final Arena arena = Arena.ofConfined();
    private final RequestHead request = new RequestHead();
    private final ResponseHead response = new ResponseHead();

    @AfterEach
    void close() {
        arena.close();
    }

    private long lay(String text) {
        long base = Memory.allocate(arena, text.length() + 8);
        Memory.copy(Octets.ascii(text), base);
        return base;
    }

    private Refusal request(String text) {
        return request.read(lay(text), 0, text.length());
    }

    private Refusal response(String text) {
        return response.read(lay(text), 0, text.length());
    }

    @Test
    void partsOfARequest() {
        assertThat(request("GET /a/b?c=d HTTP/1.1\r\nHost: x.example:81\r\nA:  b \r\n\r\n"))
                .isEqualTo(Refusal.NONE);
        assertThat(request.method()).isEqualTo(Method.GET);
        assertThat(Octets.text(request.pathAt(), request.pathEnd())).isEqualTo("/a/b");
        assertThat(Octets.text(request.pathEnd(), request.queryEnd())).isEqualTo("?c=d");
        assertThat(Octets.text(request.authorityAt(), request.hostEnd())).isEqualTo("x.example");
        int a = request.find(Octets.ascii("a"), 0);
        assertThat(Octets.text(request.valueAt(a), request.valueEnd(a))).isEqualTo("b");
        assertThat(request.keepsAlive()).isTrue();
    }

    @Test
    void hostOfAnAddress() {
        request("GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n");
        assertThat(Octets.text(request.authorityAt(), request.hostEnd())).isEqualTo("[::1]");
        request("GET / HTTP/1.1\r\nHost: [::1]\r\n\r\n");
        assertThat(Octets.text(request.authorityAt(), request.hostEnd())).isEqualTo("[::1]");
    }

    @Test
    void connectionOptionsDropWhatTheyName() {
        request("GET / HTTP/1.1\r\nHost: a\r\nX-A: 1\r\nConnection: x-a , close\r\nX-B: 2\r\n\r\n");
        assertThat(request.isDropped(request.find(Octets.ascii("x-a"), 0))).isTrue();
        assertThat(request.isDropped(request.find(Octets.ascii("x-b"), 0))).isFalse();
        assertThat(request.isDropped(request.first(Field.CONNECTION))).isTrue();
        assertThat(request.keepsAlive()).isFalse();
    }

    @Test
    void olderClientsCloseUnlessTheySay() {
        request("GET / HTTP/1.0\r\n\r\n");
        assertThat(request.keepsAlive()).isFalse();
        request("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n");
        assertThat(request.keepsAlive()).isTrue();
    }

    @Test
    void endOfAHeadThatComesInPieces() {
        String text = "GET / HTTP/1.1\r\nHost: a\r\n\r\nrest";
        long base = lay(text);
        for (int length = 0; length < text.length() - 4; length++) {
            assertThat(Head.findEnd(base, 0, length)).isEqualTo(-1);
        }
        assertThat(Head.findEnd(base, 0, text.length())).isEqualTo(text.length() - 4);
        assertThat(Head.findEnd(base, text.length() - 8, text.length()))
                .isEqualTo(text.length() - 4);
    }

    @Test
    void answers() {
        assertThat(response("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"))
                .isEqualTo(Refusal.NONE);
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.contentLength()).isEqualTo(5);
        assertThat(response.isBodiless(Method.HEAD)).isTrue();
        assertThat(response.isBodiless(Method.GET)).isFalse();
        assertThat(response("HTTP/1.1 204\r\n\r\n")).isEqualTo(Refusal.NONE);
        assertThat(response.isBodiless(Method.GET)).isTrue();
        assertThat(response("HTTP/1.1 103 Early Hints\r\n\r\n")).isEqualTo(Refusal.NONE);
        assertThat(response.isInterim()).isTrue();
    }

    @Test
    void answersThatAreNone() {
        String fields = "\r\nContent-Length: 5\r\n\r\n";
        assertThat(response("HTTP/1.1 20 OK" + fields)).isEqualTo(Refusal.BAD_STATUS);
        assertThat(response("HTTP/1.1 2000 OK" + fields)).isEqualTo(Refusal.BAD_STATUS);
        assertThat(response("HTTP/2.0 200 OK" + fields)).isEqualTo(Refusal.BAD_STATUS);
        assertThat(response("HTTP/1.1 600 OK" + fields)).isEqualTo(Refusal.BAD_STATUS);
        assertThat(response("ICY 200 OK" + fields)).isEqualTo(Refusal.BAD_STATUS);
        assertThat(response("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n"))
                .isEqualTo(Refusal.BAD_LENGTH);
        assertThat(
                        response(
                                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
                                        + "Content-Length: 6\r\n\r\n"))
                .isEqualTo(Refusal.LENGTH_AND_CHUNKED);
        assertThat(response("HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n"))
                .isEqualTo(Refusal.FOLDED_FIELD);
        assertThat(response("HTTP/1.1 200 OK\nA: b\r\n\r\n")).isEqualTo(Refusal.BAD_LINE_END);
    }

    @Test
    void pathsAsRoutesSeeThem() {
        assertThat(normal("/%61dmin//x")).isEqualTo("/admin/x");
        assertThat(normal("/a%2Fb%20")).isEqualTo("/a%2Fb%20");
        assertThat(normal("/a%2Eb")).isEqualTo("/a.b");
    }

    private String normal(String path) {
        long from = lay(path);
        long into = lay(path);
        return Octets.text(into, Paths.normalize(from, from + path.length(), into));
    }
}

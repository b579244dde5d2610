package sampan.gateway.routes;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import sampan.gateway.wire.Octets;
import sampan.gateway.wire.Refusal;
import sampan.gateway.wire.RequestHead;
import sampan.linux.net.Memory;

class PathRewriteTest {
    private final Arena arena = Arena.ofConfined();
    private final RequestHead head = new RequestHead();
    private final RequestView view = new RequestView(head);
    private final PathRewrite letters =
            PathRewrite.of(BoundedPattern.compile("regex", "[a-z]+"), "to", "x");
    private final PathRewrite digits =
            PathRewrite.of(BoundedPattern.compile("regex", "[0-9]+"), "to", "y");

    @BeforeEach
    void open() {
        byte[] request = Octets.ascii("GET /ab/12 HTTP/1.1\r\nHost: h\r\n\r\n");
        long at = Memory.allocate(arena, request.length + 8L);
        Memory.copy(request, at);
        assertThat(head.read(at, 0, request.length)).isEqualTo(Refusal.NONE);
        view.begin(at, 0);
    }

    @AfterEach
    void close() {
        arena.close();
    }

    private String made(PathRewrite rewrite) {
        int length = rewrite.apply(view);
        return Octets.text(view.newPathAt(), view.newPathAt() + length);
    }

    @Test
    void aPathIsMadeOnceForARequest() {
        assertThat(made(letters)).isEqualTo("/x/12");
        Memory.put(view.pathAt() + 1, (byte) '0');
        assertThat(made(letters)).isEqualTo("/x/12");
        view.begin(head.base(), 0);
        assertThat(made(letters)).as("of the next request").isEqualTo("/0x/12");
    }

    @Test
    void anotherRouteMakesItsOwn() {
        assertThat(made(letters)).isEqualTo("/x/12");
        assertThat(made(digits)).isEqualTo("/ab/y");
        assertThat(made(letters)).isEqualTo("/x/12");
    }
}

package sampan.engine.networks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import sampan.linux.netlink.Link;
import sampan.linux.netlink.NetNamespace;
import sampan.linux.netlink.RouteSocket;

@Tag("privileged")
class SpareNamespacesTest {
    private static NetNamespace next(SpareNamespaces spares) {
        while (true) {
            Optional<NetNamespace> spare = spares.take();
            if (spare.isPresent()) {
                return spare.get();
            }
            Thread.onSpinWait();
        }
    }

    @Test
    void eachHasLoopbackUpAndNothingElse() {
        Set<String> seen = new HashSet<>();
        List<NetNamespace> kept = new ArrayList<>();
        try (SpareNamespaces spares = new SpareNamespaces()) {
            assertThat(spares.take()).as("nothing is made before it is asked for").isEmpty();
            for (int i = 0; i < 9; i++) {
                // Kept open, because the kernel gives the number of a dead one to the next.
                NetNamespace spare = next(spares);
                kept.add(spare);
                try (RouteSocket inside = RouteSocket.openIn(spare)) {
                    assertThat(seen.add(spare.identity())).isTrue();
                    assertThat(inside.links()).extracting(Link::name).containsExactly("lo");
                    assertThat(inside.links()).allMatch(Link::up);
                }
            }
        } finally {
            kept.forEach(NetNamespace::close);
        }
        assertThat(seen).doesNotContain(hostIdentity());
    }

    @Test
    void nothingIsMadeAfterTheEnd() {
        SpareNamespaces spares = new SpareNamespaces();
        next(spares).close();
        spares.close();
        assertThat(spares.take()).isEmpty();
        assertThat(spares.take()).isEmpty();
    }

    private static String hostIdentity() {
        try (NetNamespace host = NetNamespace.current()) {
            return host.identity();
        }
    }
}

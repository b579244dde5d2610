package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// `sampan layers`.
@Tag("system")
@ExtendWith(DaemonExtension.class)
class LayersTest {
    private final PrivateDaemon daemon;

    LayersTest(PrivateDaemon daemon) {
        this.daemon = daemon;
    }

    @Test
    void tellsWhatEachLayerDidAndWasted() {
        Built built =
                Built.dockerfile(
                        daemon,
                        "&t=layered:1",
                        "FROM busybox AS one",
                        "RUN mkdir /d && head -c 1000 /dev/zero > /d/a && echo x > /d/b",
                        "FROM scratch",
                        "COPY --from=one /d /d",
                        "COPY --from=one /d/b /d/a",
                        "COPY --from=busybox /bin/busybox /bin/busybox");
        assertThat(built.error()).isEmpty();
        String text = daemon.sampan("layers", "layered:1").text();
        assertThat(text).contains("A d/", "A   a  1kB", "C   a  2B", "hides 1kB", "3 layers");
        String json = daemon.sampan("layers", "--json", "layered:1").text();
        assertThat(json).contains("\"wasted\":1000", "\"kind\":\"CHANGED\"");
        daemon.sampan("layers", "--ci", "--lowest-score", "0.5", "layered:1").expect(0);
        assertThat(
                        daemon.sampan("layers", "--ci", "--highest-wasted", "500", "layered:1")
                                .expect(1)
                                .err())
                .contains("wasted 1kB is above 500");
    }

    @Test
    void tellsWhatWasRemoved() {
        Built built =
                Built.dockerfile(
                        daemon,
                        "&t=removed:1",
                        "FROM busybox",
                        "RUN mkdir /d && head -c 1000 /dev/zero > /d/a",
                        "RUN rm -r /d");
        assertThat(built.error()).isEmpty();
        assertThat(daemon.sampan("layers", "removed:1").text()).contains("D d/", "hides 1kB");
    }

    @Test
    void isBrowsedByKeysOnATerminal() {
        Built built =
                Built.dockerfile(
                        daemon,
                        "&t=browsed:1",
                        "FROM busybox AS one",
                        "RUN mkdir -p /d/e && echo x > /d/e/first && echo y > /d/second",
                        "FROM scratch",
                        "COPY --from=one /d/e /d/e",
                        "COPY --from=one /d/second /d/second");
        assertThat(built.error()).isEmpty();
        try (PtySession screen =
                new PtySession(
                        daemon,
                        "env",
                        "TERM=xterm",
                        Dist.program("sampan"),
                        "layers",
                        "browsed:1")) {
            screen.expect("browsed:1: 2 layers").expect("first").expect("q quit");
            screen.type("\u001b[B").expect("second");
            screen.type("/fir").expect("nothing matches").type("\u001b").expect("second");
            screen.resize(10, 90).expect("browsed:1");
            screen.type("q").expect("\u001b[?1049l");
            assertThat(screen.status()).isZero();
        }
        try (PtySession plain =
                new PtySession(
                        daemon,
                        "env",
                        "TERM=dumb",
                        Dist.program("sampan"),
                        "layers",
                        "browsed:1")) {
            plain.expect("A d/").expect("2 layers");
            assertThat(plain.status()).isZero();
        }
    }
}

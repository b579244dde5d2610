package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Layers made to harm, as a real registry gives them.
@Tag("system")
@ExtendWith(DaemonExtension.class)
class BadPullTest {
    private final PrivateDaemon daemon;
    private final Outside outside;
    private RealRegistry registry;

    BadPullTest(PrivateDaemon daemon) {
        this.daemon = daemon;
        this.outside = new Outside(daemon);
    }

    @BeforeEach
    void open() throws IOException {
        outside.lay();
        registry = new RealRegistry(daemon.home().resolve("registry"));
    }

    @AfterEach
    void close() {
        registry.close();
    }

    private static String sum(byte[] content) {
        return "sha256:" + Images.sha256(content);
    }

    private void assertNothingHalfMade() {
        assertThat(daemon.docker("images", "-q", "127.0.0.1*/evil").text()).isEmpty();
        assertThat(daemon.root().resolve("content/ingest")).isEmptyDirectory();
        assertThat(daemon.root().resolve("snapshots/unpack")).isEmptyDirectory();
        assertThat(daemon.docker("run", "--rm", "busybox", "echo", "fine").text())
                .isEqualTo("fine");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("sampan.system.BadArchiveTest#slyLayers")
    void aSlyLayerStaysInside(String name, byte[] archive, byte[] context, byte[] layer) {
        Map<String, String> before = outside.look();
        String image = registry.image("evil", BadArchiveTest.gzip(layer), sum(layer));
        Outcome outcome = daemon.dockerCommand("pull", "-q", image).run();
        if (outcome.status() != 0) {
            Outside.clear(outcome);
        } else {
            daemon.docker("run", "--rm", image, "/none").expect(127);
            daemon.docker("rmi", "-f", image).expect(0);
        }
        assertThat(outside.look()).isEqualTo(before);
        assertNothingHalfMade();
    }

    /// What is no layer, and what its config says of it.
    static Stream<Arguments> brokenLayers() {
        byte[] plain = new Tar().file("f", "x".repeat(5000)).end();
        byte[] packed = BadArchiveTest.gzip(plain);
        byte[] twice = Arrays.copyOf(packed, packed.length + 3);
        twice[packed.length] = 1;
        return Stream.of(
                Arguments.of("words", "no archive".getBytes(), plain),
                Arguments.of("a cut gzip", BadArchiveTest.part(packed, packed.length - 9), plain),
                Arguments.of(
                        "a gzip with a wrong check sum",
                        BadArchiveTest.changed(packed, packed.length - 6),
                        plain),
                Arguments.of(
                        "a gzip with a broken middle", BadArchiveTest.changed(packed, 20), plain),
                Arguments.of("garbage after a gzip", twice, plain),
                Arguments.of(
                        "a cut tar", BadArchiveTest.gzip(BadArchiveTest.part(plain, 3000)), plain),
                Arguments.of(
                        "another layer",
                        BadArchiveTest.gzip(new Tar().file("g", "y").end()),
                        plain),
                Arguments.of(
                        "a negative size", BadArchiveTest.gzip(BadArchiveTest.negative()), plain),
                Arguments.of(
                        "a size of eight exabytes",
                        BadArchiveTest.gzip(
                                new Tar()
                                        .pax("size", Long.toString(Long.MAX_VALUE))
                                        .file("f", "x")
                                        .end()),
                        plain),
                Arguments.of(
                        "a PAX bomb",
                        BadArchiveTest.gzip(
                                new Tar()
                                        .entry(new Tar.Entry("p", Tar.PAX, 0644, 4L << 30, ""))
                                        .end()),
                        plain),
                Arguments.of("zeros without end", zeros(plain), plain));
    }

    /// A good archive, and a hundred mebibytes of nothing behind it that take a tenth of one.
    private static byte[] zeros(byte[] plain) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
            zip.write(plain);
            byte[] nothing = new byte[1 << 20];
            for (int i = 0; i < 100; i++) {
                zip.write(nothing);
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return out.toByteArray();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("brokenLayers")
    void aBrokenLayerGivesOneClearError(String name, byte[] blob, byte[] promised) {
        String image = registry.image("evil", blob, sum(promised));
        Outside.clear(daemon.dockerCommand("pull", "-q", image).run().expect(1));
        assertNothingHalfMade();
    }

    @Test
    void aGoodLayerIsPulledFromTheSameServer() {
        byte[] plain = new Tar().file("f", "x".repeat(5000)).end();
        String image = registry.image("evil", BadArchiveTest.gzip(plain), sum(plain));
        daemon.docker("pull", "-q", image).expect(0);
        daemon.docker("rmi", image).expect(0);
    }
}

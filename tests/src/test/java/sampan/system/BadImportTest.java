package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;
import static sampan.system.Outside.EVIL;
import static sampan.system.Outside.UP;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Archives made to harm, by the other ways in: import, OCI layouts, and the archive endpoint of a
/// running container.
@Tag("system")
@ExtendWith(DaemonExtension.class)
class BadImportTest {
    private static final int NAMED_CASES_MIN = 40;

    private final PrivateDaemon daemon;
    private final Outside outside;

    BadImportTest(PrivateDaemon daemon) {
        this.daemon = daemon;
        this.outside = new Outside(daemon);
    }

    @BeforeEach
    void canary() throws IOException {
        outside.lay();
    }

    private void assertNothingImported() {
        assertThat(daemon.docker("images", "-q", "evil").text()).isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("sampan.system.BadArchiveTest#slyLayers")
    void aSlyImportStaysInside(String name, byte[] archive, byte[] context, byte[] layer) {
        Map<String, String> before = outside.look();
        Outcome outcome = daemon.dockerCommand("import", "-", "evil:3").input(layer).run();
        if (outcome.status() != 0) {
            Outside.clear(outcome);
        } else {
            daemon.docker("rmi", "-f", "evil:3").expect(0);
        }
        assertThat(outside.look()).isEqualTo(before);
        assertNothingImported();
    }

    private static byte[] sparse(String... keysAndValues) {
        return new Tar().pax(keysAndValues).file("f", "1\n0\n1\n").end();
    }

    private static byte[] device(long major) {
        byte[] head = Tar.header(new Tar.Entry("d", Tar.BLOCK_DEVICE, 0666, 0, ""));
        byte[] digits = text(String.format(java.util.Locale.ROOT, "%07o", major));
        System.arraycopy(digits, 0, head, 329, 7);
        Tar.sum(head);
        return new Tar().raw(head).end();
    }

    /// What is no root file system.
    static Stream<Arguments> brokenRoots() {
        byte[] good = new Tar().file("f", "x".repeat(5000)).end();
        byte[] packed = BadArchiveTest.gzip(good);
        return Stream.of(
                Arguments.of("words", text("this is no archive")),
                Arguments.of("cut within a file", BadArchiveTest.part(good, 3000)),
                Arguments.of("cut within a header", BadArchiveTest.part(good, 300)),
                Arguments.of("a truncated gzip", BadArchiveTest.part(packed, packed.length / 2)),
                Arguments.of(
                        "a gzip with a wrong check sum",
                        BadArchiveTest.changed(packed, packed.length - 6)),
                Arguments.of("a header with a wrong check sum", BadArchiveTest.changed(good, 149)),
                Arguments.of("a negative size", BadArchiveTest.negative()),
                Arguments.of(
                        "a size of eight exabytes",
                        new Tar().pax("size", Long.toString(Long.MAX_VALUE)).file("f", "x").end()),
                Arguments.of(
                        "a sparse file of eight exabytes",
                        sparse(
                                "GNU.sparse.major",
                                "1",
                                "GNU.sparse.minor",
                                "0",
                                "GNU.sparse.realsize",
                                Long.toString(Long.MAX_VALUE))),
                Arguments.of(
                        "a sparse file by a map",
                        sparse(
                                "GNU.sparse.size",
                                "9999999999999",
                                "GNU.sparse.map",
                                "9999999999998,1")),
                Arguments.of(
                        "a sparse file of the older kind",
                        new Tar().entry(new Tar.Entry("f", 'S', 0644, 0, "")).end()),
                Arguments.of(
                        "a path of 5000 bytes",
                        new Tar().pax("path", "d/".repeat(2500)).file("f", "x").end()),
                Arguments.of("a device number that no kernel has", device(0777777)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("brokenRoots")
    void aBrokenRootGivesOneClearError(String name, byte[] archive) {
        Map<String, String> before = outside.look();
        Outside.clear(daemon.dockerCommand("import", "-", "evil:3").input(archive).run().expect(1));
        assertThat(outside.look()).isEqualTo(before);
        assertNothingImported();
    }

    private static byte[] layout(String digest, long size, Tar blobs) {
        return blobs.file("oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}")
                .file(
                        "index.json",
                        """
                        {"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json",
                        "digest":"%s","size":%d,"annotations":{"org.opencontainers.image.ref.name":"evil:3"}}]}\
                        """
                                .formatted(digest, size))
                .end();
    }

    /// OCI layouts that point to what is not there.
    static Stream<Arguments> brokenLayouts() {
        byte[] other = text("{}");
        String zeros = "0".repeat(64);
        String right = Images.sha256(other);
        return Stream.of(
                Arguments.of(
                        "a digest that names the outside",
                        layout("sha256:" + UP + "etc/passwd", 2, new Tar())),
                Arguments.of(
                        "an algorithm that names the outside",
                        layout(UP + "etc:passwd", 2, new Tar())),
                Arguments.of("a digest without a blob", layout("sha256:" + zeros, 2, new Tar())),
                Arguments.of(
                        "a blob of another digest",
                        layout(
                                "sha256:" + zeros,
                                2,
                                new Tar().file("blobs/sha256/" + zeros, "{}"))),
                Arguments.of(
                        "a blob of another size",
                        layout(
                                "sha256:" + right,
                                999,
                                new Tar().file("blobs/sha256/" + right, "{}"))),
                Arguments.of(
                        "a blob that is a link to the outside",
                        layout(
                                "sha256:" + zeros,
                                2,
                                new Tar().symlink("blobs/sha256/" + zeros, "/etc/passwd"))),
                Arguments.of(
                        "a manifest without anything",
                        layout(
                                "sha256:" + right,
                                2,
                                new Tar().file("blobs/sha256/" + right, "{}"))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("brokenLayouts")
    void aBrokenLayoutGivesOneClearError(String name, byte[] archive) {
        Map<String, String> before = outside.look();
        Outside.clear(daemon.dockerCommand("load").input(archive).run().expect(1));
        assertThat(outside.look()).isEqualTo(before);
        assertNothingImported();
    }

    @Test
    void theNamedCasesAreMany() {
        List<Stream<Arguments>> all =
                List.of(
                        BadArchiveTest.slyLayers(),
                        BadArchiveTest.brokenArchives(),
                        brokenRoots(),
                        brokenLayouts(),
                        copies());
        List<Object> names = all.stream().flatMap(s -> s).map(named -> named.get()[0]).toList();
        assertThat(names.stream().distinct()).hasSizeGreaterThanOrEqualTo(NAMED_CASES_MIN);
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /// Archives for a container's files, by the archive endpoint.
    static Stream<Arguments> copies() {
        return Stream.of(
                Arguments.of(
                        "parent directories", new Tar().file(UP + "tmp/" + EVIL, "evil").end()),
                Arguments.of("an absolute path", new Tar().file("/etc/" + EVIL, "evil").end()),
                Arguments.of(
                        "through a link",
                        new Tar().symlink("out", "/tmp").file("out/" + EVIL, "evil").end()),
                Arguments.of(
                        "through a link of the container",
                        new Tar().file("slink/" + EVIL, "evil").end()),
                Arguments.of(
                        "a hard link to the outside",
                        new Tar().hardLink("h", UP + "etc/passwd").end()),
                Arguments.of(
                        "a cut archive",
                        BadArchiveTest.part(new Tar().file("f", "x".repeat(5000)).end(), 2000)),
                Arguments.of("words", text("no archive")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("sampan.system.BadArchiveTest#slyLayers")
    void aSlyCopyStaysInsideTheContainer(
            String name, byte[] archive, byte[] context, byte[] layer) {
        aCopyStaysInsideTheContainer(name, layer);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("copies")
    void aCopyStaysInsideTheContainer(String name, byte[] archive) {
        Map<String, String> before = outside.look();
        String id =
                daemon.background(
                        "busybox",
                        "sh",
                        "-c",
                        "ln -s /" + UP + "tmp /root/slink; echo on; sleep 100");
        Eventually.await("the link", () -> daemon.docker("logs", id).out().contains("on"));
        UnixHttp.Answer answer =
                daemon.http()
                        .request(
                                "PUT",
                                "/containers/" + id + "/archive?path=/root",
                                "application/x-tar",
                                archive);
        assertThat(answer.status()).as(answer.text()).isIn(200, 400, 403, 404, 500);
        if (answer.status() != 200) {
            assertThat(answer.text()).contains("\"message\"").doesNotContain("Exception");
        }
        assertThat(outside.look()).isEqualTo(before);
        assertThat(daemon.inspect(id, "{{.State.Running}}")).isEqualTo("true");
    }
}

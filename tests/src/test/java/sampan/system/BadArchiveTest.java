package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Archives made to harm. A malformed one gets one clear error; a sly one may load, but what it
/// unpacks stays inside its layer.
@Tag("system")
@ExtendWith(DaemonExtension.class)
class BadArchiveTest {
    private static final String UP = Outside.UP;
    private static final String EVIL = Outside.EVIL;

    private final Outside outside;
    private final PrivateDaemon daemon;

    BadArchiveTest(PrivateDaemon daemon) {
        this.daemon = daemon;
        this.outside = new Outside(daemon);
    }

    @BeforeEach
    void canary() throws IOException {
        outside.lay();
    }

    private static Arguments sly(String name, Tar layer) {
        byte[] context =
                new Tar()
                        .file("Dockerfile", "FROM busybox\nCOPY . /all/\nADD . /more/\n")
                        .raw(layer.cut())
                        .end();
        byte[] whole = layer.end();
        return Arguments.of(name, Images.archive("evil:1", whole), context, whole);
    }

    private static Arguments broken(String name, byte[] archive) {
        return Arguments.of(name, archive);
    }

    private static String canary(String file) {
        // the daemon's directory is found from inside a layer by going up and down again
        return "canary/" + file;
    }

    /// Layers that are well formed and try to get out.
    static Stream<Arguments> slyLayers() {
        String name = "x".repeat(200) + "/";
        return Stream.of(
                sly("parent directories", new Tar().file(UP + "tmp/" + EVIL, "evil")),
                sly("parent of the layer", new Tar().file("../" + canary("new"), "evil")),
                sly("two parents of the layer", new Tar().file("../../" + canary("new"), "evil")),
                sly(
                        "three parents of the layer",
                        new Tar().file("../../../" + canary("new"), "evil")),
                sly(
                        "parents within a path",
                        new Tar().directory("a/").file("a/" + UP + "etc/" + EVIL, "evil")),
                sly("an absolute path", new Tar().file("/etc/" + EVIL, "evil")),
                sly(
                        "through an absolute link",
                        new Tar().symlink("out", "/tmp").file("out/" + EVIL, "evil")),
                sly(
                        "through a relative link",
                        new Tar().symlink("out", UP + "tmp").file("out/" + EVIL, "evil")),
                sly(
                        "through a chain of links",
                        new Tar()
                                .symlink("a", "b")
                                .symlink("b", "/")
                                .file("a/tmp/" + EVIL, "evil")),
                sly("a link to itself", new Tar().symlink("a", "a").file("a/f", "evil")),
                sly(
                        "links in a circle",
                        new Tar().symlink("a", "b").symlink("b", "a").file("a/f", "evil")),
                sly(
                        "a hard link to the outside",
                        new Tar().hardLink("h", "/etc/passwd").file("h", "evil")),
                sly("a hard link by parents", new Tar().hardLink("h", UP + "etc/passwd")),
                sly(
                        "a hard link through a link",
                        new Tar()
                                .symlink("out", "/etc")
                                .hardLink("h", "out/passwd")
                                .file("h", "evil")),
                sly("a hard link to nothing", new Tar().hardLink("h", "none")),
                sly("a dangling link", new Tar().symlink("l", "none")),
                sly(
                        "a link over a directory",
                        new Tar().directory("d/").symlink("d", "/tmp").file("d/" + EVIL, "evil")),
                sly(
                        "a directory over a link",
                        new Tar().symlink("d", "/tmp").directory("d/").file("d/" + EVIL, "evil")),
                sly(
                        "a file over a directory",
                        new Tar().directory("d/").file("d/f", "x").file("d", "evil")),
                sly(
                        "a directory over a file",
                        new Tar().file("f", "x").directory("f/").file("f/g", "evil")),
                sly(
                        "a device node",
                        new Tar().entry(new Tar.Entry("dev/disk", Tar.BLOCK_DEVICE, 0666, 0, ""))),
                sly(
                        "a fifo, then a file of its name",
                        new Tar()
                                .entry(new Tar.Entry("p", Tar.FIFO, 0666, 0, ""))
                                .file("p", "evil")),
                sly("a whiteout of a parent", new Tar().file("../.wh.canary", "")),
                sly(
                        "a whiteout with parents",
                        new Tar().file(".wh..", "").file(".wh..wh..opq", "")),
                sly(
                        "a whiteout through a link",
                        new Tar().symlink("out", "/tmp").file("out/.wh." + EVIL, "")),
                sly(
                        "the root itself as a link",
                        new Tar().symlink("./", "/tmp").file(EVIL, "evil")),
                sly("the root itself as a file", new Tar().file(".", "evil")),
                sly(
                        "duplicate entries",
                        new Tar().file("f", "one").file("f", "two").file("f", "three")),
                sly(
                        "a path of 4096 bytes",
                        new Tar().pax("path", name.repeat(20) + "y".repeat(76)).file("p", "long")),
                sly(
                        "a name of 300 bytes",
                        new Tar().pax("path", "z".repeat(300)).file("p", "long")),
                sly(
                        "an owner beyond 32 bits",
                        new Tar().pax("uid", "99999999999", "gid", "99999999999").file("f", "x")),
                sly(
                        "extended attributes of the overlay",
                        new Tar()
                                .pax("SCHILY.xattr.trusted.overlay.redirect", "/etc")
                                .directory("d/")),
                sly(
                        "a time before time",
                        new Tar().pax("mtime", "-99999999999999").file("f", "x")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("slyLayers")
    void aSlyLayerStaysInside(String name, byte[] archive) {
        Map<String, String> before = outside.look();
        Outcome outcome = daemon.dockerCommand("load").input(archive).run();
        if (outcome.status() != 0) {
            Outside.clear(outcome);
        } else {
            // what loaded can be looked at from a container: its root is its own
            daemon.docker("run", "--rm", "-v", daemon.home() + "/canary:/c:ro", "evil:1", "/none")
                    .expect(127);
        }
        daemon.docker("rmi", "-f", "evil:1");
        assertThat(outside.look()).isEqualTo(before);
        assertNothingHalfMade();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("slyLayers")
    void aSlyContextStaysInside(String name, byte[] archive, byte[] context) {
        Map<String, String> before = outside.look();
        Built built = Built.build(daemon, context, "&t=evil:2");
        if (!built.error().isEmpty()) {
            assertThat(built.error()).doesNotContain("Exception", "java.", "\n");
        }
        daemon.docker("rmi", "-f", "evil:2");
        daemon.http().post("/build/prune?all=1", "{}");
        assertThat(outside.look()).isEqualTo(before);
        assertNothingHalfMade();
    }

    private void assertNothingHalfMade() {
        assertThat(daemon.docker("images", "-q", "evil").text()).isEmpty();
        assertThat(daemon.docker("run", "--rm", "busybox", "echo", "fine").text())
                .isEqualTo("fine");
    }

    static byte[] gzip(byte[] bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
            zip.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    static byte[] part(byte[] bytes, int length) {
        return Arrays.copyOf(bytes, length);
    }

    static byte[] changed(byte[] bytes, int at) {
        byte[] copy = bytes.clone();
        copy[at] ^= 0x55;
        return copy;
    }

    private static byte[] image(String manifest) {
        return new Tar().file("manifest.json", manifest).end();
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /// What is no archive of an image.
    static Stream<Arguments> brokenArchives() {
        byte[] layer = new Tar().file("f", "x".repeat(5000)).end();
        byte[] good = Images.archive("evil:1", layer);
        String config = Images.config("sha256:" + Images.sha256(layer));
        return Stream.of(
                broken("nothing", new byte[0]),
                broken("words", text("this is no archive")),
                broken("zeros", new byte[10_000]),
                broken("noise", noise()),
                broken("an empty archive", new Tar().end()),
                broken("an archive without an image", new Tar().file("f", "x").end()),
                broken("a truncated archive", part(good, good.length / 2)),
                broken("truncated within a header", part(good, 300)),
                broken("a truncated gzip", part(gzip(good), 200)),
                broken("a gzip with a wrong check sum", changed(gzip(good), gzip(good).length - 6)),
                broken("a gzip with a broken middle", changed(gzip(good), 100)),
                broken("a header with a wrong check sum", changed(good, 149)),
                broken("a manifest that is no JSON", image("[{")),
                broken("a manifest of another shape", image("{\"a\":1}")),
                broken("a manifest without images", image("[]")),
                broken(
                        "a manifest that names nothing there",
                        image(
                                "[{\"Config\":\"c.json\",\"RepoTags\":[\"evil:1\"],\"Layers\":[\"l\"]}]")),
                broken(
                        "a manifest that names the outside",
                        image(
                                "[{\"Config\":\""
                                        + UP
                                        + "etc/passwd\",\"RepoTags\":[\"evil:1\"],\"Layers\":[]}]")),
                broken(
                        "a config that is a link to the outside",
                        new Tar()
                                .symlink("c.json", "/etc/passwd")
                                .file(
                                        "manifest.json",
                                        "[{\"Config\":\"c.json\",\"RepoTags\":[\"evil:1\"],\"Layers\":[]}]")
                                .end()),
                broken(
                        "a layer of another digest",
                        Images.archive("evil:1", layer, Images.config("sha256:" + "0".repeat(64)))),
                broken(
                        "a digest that is none",
                        Images.archive("evil:1", layer, Images.config("sha256:xyz"))),
                broken(
                        "fewer digests than layers",
                        Images.archive(
                                "evil:1",
                                layer,
                                "{\"architecture\":\"amd64\",\"os\":\"linux\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[]}}")),
                broken("a config that is no JSON", Images.archive("evil:1", layer, "nonsense")),
                broken("a name that is none", Images.archive("UPPER/../x:$", layer, config)),
                broken(
                        "a layer that is no archive",
                        Images.archive("evil:1", text("no archive at all".repeat(100)))),
                broken("a layer that is cut", Images.archive("evil:1", part(layer, 3000))),
                broken(
                        "a huge file that is not there",
                        Images.archive(
                                "evil:1",
                                new Tar()
                                        .entry(
                                                new Tar.Entry(
                                                        "f", Tar.FILE, 0644, 077777777777L, ""))
                                        .end())),
                broken("a negative size", Images.archive("evil:1", negative())),
                broken(
                        "a PAX record longer than its block",
                        Images.archive(
                                "evil:1",
                                new Tar().special(Tar.PAX, "9999 path=x\n").file("f", "x").end())),
                broken(
                        "a PAX size that is no number",
                        Images.archive(
                                "evil:1", new Tar().pax("size", "many").file("f", "x").end())),
                broken(
                        "a PAX bomb",
                        Images.archive(
                                "evil:1",
                                new Tar()
                                        .entry(new Tar.Entry("p", Tar.PAX, 0644, 4L << 30, ""))
                                        .end())),
                broken(
                        "a PAX header without end",
                        Images.archive(
                                "evil:1",
                                new Tar()
                                        .special(Tar.PAX, "path=" + "x".repeat(3 << 20))
                                        .file("f", "x")
                                        .end())),
                broken(
                        "a long name without end",
                        Images.archive(
                                "evil:1",
                                new Tar()
                                        .special(Tar.GNU_LONG_NAME, "n".repeat(2 << 20))
                                        .file("f", "x")
                                        .end())),
                broken(
                        "a name with a zero byte in PAX",
                        Images.archive(
                                "evil:1", new Tar().pax("path", "a\0b").file("f", "x").end())));
    }

    private static byte[] noise() {
        byte[] bytes = new byte[20_000];
        new java.util.Random(7).nextBytes(bytes);
        bytes[0] = 'x';
        return bytes;
    }

    static byte[] negative() {
        byte[] head = Tar.header(new Tar.Entry("f", Tar.FILE, 0644, 0, ""));
        System.arraycopy(text("-0000000001"), 0, head, 124, 11);
        Tar.sum(head);
        return new Tar().raw(head).end();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("brokenArchives")
    void aBrokenArchiveGivesOneClearError(String name, byte[] archive) {
        Map<String, String> before = outside.look();
        Outside.clear(daemon.dockerCommand("load").input(archive).run().expect(1));
        assertThat(outside.look()).isEqualTo(before);
        assertNothingHalfMade();
    }

    @Test
    void aMillionEntriesAreRefusedOrIgnored() {
        byte[] archive = million();
        Outcome outcome = daemon.dockerCommand("load").input(archive).run();
        Outside.clear(outcome.expect(1));
        assertNothingHalfMade();
    }

    /// Small when packed: the same header a million times, its name counting on.
    private static byte[] million() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream zip =
                new GZIPOutputStream(out, 1 << 16) {
                    {
                        def.setLevel(1);
                    }
                }) {
            for (int i = 0; i < 1_000_000; i++) {
                zip.write(Tar.header(new Tar.Entry("e" + i, Tar.FILE, 0644, 0, "")));
            }
            zip.write(new byte[1024]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    @Test
    void aFileWithHolesTakesNoSpaceBeyondItsLimit() {
        // a gibibyte of zeros in a mebibyte of gzip: unpacked honestly, then removed
        Tar layer = new Tar().file("zeros", new byte[64 << 20], 0644);
        Outcome outcome =
                daemon.dockerCommand("load")
                        .input(gzip(Images.archive("evil:1", layer.end())))
                        .run();
        outcome.expect(0);
        assertThat(daemon.docker("rmi", "evil:1").expect(0).out()).contains("Deleted");
        assertNothingHalfMade();
    }
}

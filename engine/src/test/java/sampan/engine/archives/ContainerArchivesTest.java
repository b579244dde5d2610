package sampan.engine.archives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sampan.engine.containers.StorageSpec;
import sampan.engine.containers.StorageSpec.MountRequest;
import sampan.engine.images.Image;
import sampan.engine.services.ArchiveService.Change;
import sampan.engine.services.ArchiveService.ChangeKind;
import sampan.engine.services.ArchiveService.CommitRequest;
import sampan.engine.services.ArchiveService.PathStat;
import sampan.engine.services.ArchiveService.Reading;
import sampan.engine.testing.Archive;
import sampan.engine.testing.Life;
import sampan.engine.testing.Specs;
import sampan.engine.testing.WholeEngine;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.oci.tar.StreamChannel;
import sampan.oci.tar.TarEntry;
import sampan.oci.tar.TarLimits;
import sampan.oci.tar.TarReader;

/// Files of containers that run and of such that do not.
@Tag("privileged")
class ContainerArchivesTest {
    @TempDir Path directory;
    private WholeEngine engine;
    private Life life;

    @BeforeEach
    void start() {
        engine = new WholeEngine(directory.resolve("engine")).withImage();
        life = new Life(engine);
    }

    @AfterEach
    void stop() {
        engine.destroy();
    }

    /// A container that ran this script and ended.
    private String ended(String script) {
        return ended(Specs.shell(script));
    }

    private String ended(Specs specs) {
        String id = life.create(specs);
        assertThat(life.run(id)).as("%s", life.logs(id)).isZero();
        return id;
    }

    private static Map<String, String> contents(byte[] tar) {
        Map<String, String> files = new TreeMap<>();
        TarReader reader =
                new TarReader(new StreamChannel(new ByteArrayInputStream(tar)), TarLimits.DEFAULT);
        for (Optional<TarEntry> next = reader.next(); next.isPresent(); next = reader.next()) {
            TarEntry entry = next.get();
            String content =
                    switch (entry.type()) {
                        case FILE -> new String(reader.readAll(4 << 20), StandardCharsets.UTF_8);
                        case SYMLINK -> "-> " + entry.linkName();
                        case HARD_LINK -> "= " + entry.linkName();
                        default -> entry.type().name();
                    };
            files.put(entry.name(), content);
        }
        return files;
    }

    private byte[] copyOut(String id, String path) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (Reading reading = engine.archives.read(id, path)) {
            reading.copyTo(out);
        }
        return out.toByteArray();
    }

    private void copyIn(String id, String path, Archive archive) {
        engine.archives.write(id, path, new ByteArrayInputStream(archive.bytes()), false, false);
    }

    private static void fails(ErrorCode code, String words, Runnable action) {
        assertThatThrownBy(action::run)
                .isInstanceOfSatisfying(
                        SampanException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(words);
    }

    @Test
    void copiesOutWithTheNamesThatClientsExpect() {
        String id = ended("mkdir /d; echo 1 > /d/f; ln -s f /d/l; ln /d/f /d/h");
        assertThat(contents(copyOut(id, "/d")))
                .containsExactlyEntriesOf(
                        new TreeMap<>(
                                Map.of(
                                        "d/",
                                        "DIRECTORY",
                                        "d/f",
                                        "1\n",
                                        "d/h",
                                        "= d/f",
                                        "d/l",
                                        "-> f")));
        assertThat(contents(copyOut(id, "/d/."))).containsKeys("./", "./f");
        assertThat(contents(copyOut(id, "d/f"))).containsExactly(Map.entry("f", "1\n"));
        assertThat(contents(copyOut(id, "/d/l"))).containsExactly(Map.entry("l", "-> f"));
        assertThat(contents(copyOut(id, "/"))).containsKeys("d/f", "bin/busybox");
    }

    @Test
    void saysWhatIsAtAPath() {
        String id = ended("mkdir -p /d; echo 12 > /d/f; ln -s /d/../d/f /l; ln -s /no /dangling");
        PathStat link = engine.archives.stat(id, "/l");
        assertThat(link.linkTarget()).isEqualTo("/d/f");
        assertThat(link.mode() & 1L << 27).isNotZero();
        assertThat(engine.archives.stat(id, "/dangling").linkTarget()).isEqualTo("/no");
        PathStat file = engine.archives.stat(id, "/d/f");
        assertThat(file.size()).isEqualTo(3);
        assertThat(file.name()).isEqualTo("f");
        assertThat(engine.archives.stat(id, "/").name()).isEqualTo("/");
        assertThat(engine.archives.stat(id, "/tmp").mode()).isEqualTo(1L << 31 | 1L << 20 | 0777);
        fails(
                ErrorCode.NOT_FOUND,
                "Could not find the file /none in container",
                () -> engine.archives.stat(id, "/none"));
        fails(ErrorCode.INVALID, "not a directory", () -> engine.archives.stat(id, "/d/f/"));
        fails(
                ErrorCode.NOT_FOUND,
                "No such container: nobody",
                () -> engine.archives.stat("nobody", "/"));
    }

    @Test
    void copiesIntoOneThatDoesNotRun() {
        Specs specs = Specs.shell("cat /data/new /data/sub/x; stat -c %u:%g:%a /data/new");
        String id = life.create(specs);
        TarEntry owned = TarEntry.file("new", 0640, 0).withOwner(1000, 2000);
        copyIn(id, "/data", new Archive().entry(owned).file("sub/x", "X"));
        assertThat(life.run(id)).isZero();
        assertThat(life.logs(id)).isEqualTo("X1000:2000:640\n");
    }

    @Test
    void copiesIntoARunningOnesTmpfsAndVolume() {
        Specs specs =
                Specs.shell(
                        "while [ ! -f /t/go ]; do sleep 0.05; done; cat /v/f /t/go; echo; ls /h");
        specs.storage =
                new StorageSpec(
                        List.of(
                                mount(StorageSpec.Type.VOLUME, "vol", "/v", false),
                                mount(StorageSpec.Type.BIND, directory.toString(), "/h", true)),
                        List.of(),
                        Map.of("/t", ""),
                        List.of(),
                        0,
                        Map.of(),
                        "");
        String id = life.start(specs);
        copyIn(id, "/v", new Archive().file("f", "in the volume "));
        fails(ErrorCode.DENIED, "read-only", () -> copyIn(id, "/h", new Archive().file("f", "x")));
        copyIn(id, "/t", new Archive().file("go", "in the tmpfs"));
        assertThat(contents(copyOut(id, "/v/f"))).containsValue("in the volume ");
        assertThat(life.awaitEnd(id)).isZero();
        assertThat(life.logs(id)).startsWith("in the volume in the tmpfs\n").contains("engine");
        assertThat(contents(copyOut(id, "/v"))).containsEntry("v/f", "in the volume ");
        copyIn(id, "/v", new Archive().file("later", "x"));
        assertThat(engine.volumes.inspect("vol").mountpoint().resolve("later")).exists();
        fails(ErrorCode.DENIED, "read-only", () -> copyIn(id, "/h", new Archive().file("f", "x")));
        assertThat(directory.resolve("f")).doesNotExist();
    }

    private static MountRequest mount(
            StorageSpec.Type type, String source, String target, boolean readOnly) {
        return new MountRequest(
                type,
                source,
                target,
                readOnly,
                "",
                "",
                false,
                false,
                false,
                "",
                Map.of(),
                StorageSpec.Origin.MOUNTS);
    }

    @Test
    void staysInsideWhateverLinksTheContainerSets() throws Exception {
        Path outside = Files.createDirectory(directory.resolve("outside"));
        Files.writeString(outside.resolve("secret"), "secret");
        String target = outside.toString();
        String script =
                "ln -s %s /out; ln -s ../../../../../../..%s /up; mkdir -p /d; ln -s %s /d/l; "
                        + "ln -s /proc/1/root /magic";
        Specs specs =
                Specs.shell(
                        script.formatted(target, target, target)
                                + "; while [ ! -f /go ]; do sleep 0.05; done");
        String id = life.start(specs);
        awaitFile(id, "/magic");
        for (int running = 1; running >= 0; running--) {
            for (String path : List.of("/out/secret", "/up/secret", "/d/l/secret")) {
                fails(ErrorCode.NOT_FOUND, "Could not find", () -> engine.archives.stat(id, path));
            }
            fails(
                    ErrorCode.NOT_FOUND,
                    "Could not find",
                    () -> copyIn(id, "/out", new Archive().file("x", "x")));
            assertThat(contents(copyOut(id, "/d"))).containsEntry("d/l", "-> " + target);
            assertThatThrownBy(() -> copyIn(id, "/d", new Archive().file("l/x", "x")))
                    .isInstanceOf(SampanException.class);
            assertThatThrownBy(() -> copyIn(id, "/magic", new Archive().file("x", "x")))
                    .isInstanceOf(SampanException.class);
            if (running == 1) {
                copyIn(id, "/", new Archive().file("go", ""));
                life.awaitEnd(id);
            }
        }
        try (var files = Files.list(outside)) {
            assertThat(files.toList()).containsExactly(outside.resolve("secret"));
        }
    }

    private void awaitFile(String id, String path) {
        while (true) {
            try {
                engine.archives.stat(id, path);
                return;
            } catch (SampanException e) {
                assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND);
                Thread.onSpinWait();
            }
        }
    }

    @Test
    void refusesWhatDoesNotFit() {
        String id = ended("mkdir -p /d/dir; touch /d/file");
        fails(
                ErrorCode.NOT_FOUND,
                "Could not find the file /none",
                () -> copyIn(id, "/none", new Archive()));
        fails(
                ErrorCode.INVALID,
                "extraction point is not a directory",
                () -> copyIn(id, "/d/file", new Archive()));
        fails(
                ErrorCode.INVALID,
                "cannot overwrite directory \"d/dir\" with non-directory",
                () -> keepingTypes(id, new Archive().file("d/dir", "x")));
        fails(
                ErrorCode.INVALID,
                "cannot overwrite non-directory \"d/file\" with directory",
                () -> keepingTypes(id, new Archive().directory("d/file")));
        copyIn(id, "/d", new Archive().file("dir", "now a file"));
        assertThat(contents(copyOut(id, "/d/dir"))).containsValue("now a file");
        fails(
                ErrorCode.INVALID,
                "leads out of",
                () -> copyIn(id, "/d", new Archive().file("../../x", "x")));
    }

    private void keepingTypes(String id, Archive archive) {
        engine.archives.write(id, "/", new ByteArrayInputStream(archive.bytes()), true, false);
    }

    @Test
    void givesFilesToTheContainersUserWhenAsked() {
        Specs specs = Specs.shell("stat -c %u:%g /data/f");
        specs.user = "ann";
        String id = life.create(specs);
        TarEntry root = TarEntry.file("f", 0644, 0);
        engine.archives.write(
                id,
                "/data",
                new ByteArrayInputStream(new Archive().entry(root).bytes()),
                false,
                true);
        assertThat(life.run(id)).isZero();
        assertThat(life.logs(id)).isEqualTo("1000:1000\n");
    }

    @Test
    void readsFilesThatChangeMeanwhile() {
        Specs specs =
                Specs.shell(
                        "mkdir /d; while true; do yes | head -c 16000000 > /d/grows; done &"
                                + " while true; do seq 1 5000 > /d/a; echo > /d/a; rm -rf /d/e;"
                                + " mkdir /d/e; touch /d/e/x; done");
        String id = life.start(specs);
        awaitFile(id, "/d/a");
        for (int i = 0; i < 20; i++) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            try (Reading reading = engine.archives.read(id, "/d")) {
                reading.copyTo(out);
            }
            TarReader reader =
                    new TarReader(
                            new StreamChannel(new ByteArrayInputStream(out.toByteArray())),
                            TarLimits.DEFAULT);
            int entries = 0;
            while (reader.next().isPresent()) {
                entries++;
            }
            assertThat(entries).isPositive();
        }
        engine.tasks.kill(id, "KILL");
        life.awaitEnd(id);
    }

    @Test
    void showsNoChangeOfAContainerThatMadeNone() {
        assertThat(engine.archives.diff(ended("true"))).isEmpty();
        assertThat(engine.archives.diff(life.create(Specs.shell("true")))).isEmpty();
    }

    @Test
    void showsChangesAsDockerDoes() {
        String id =
                ended(
                        "echo x >> /etc/passwd; rm /data/here; mkdir -p /a/b; echo > /a/b/c;"
                                + " rm -r /home; mkdir /home; touch /home/new; chown 1 /root");
        assertThat(engine.archives.diff(id))
                .containsExactly(
                        new Change("/a", ChangeKind.ADDED),
                        new Change("/a/b", ChangeKind.ADDED),
                        new Change("/a/b/c", ChangeKind.ADDED),
                        new Change("/data", ChangeKind.MODIFIED),
                        new Change("/data/here", ChangeKind.DELETED),
                        new Change("/etc", ChangeKind.MODIFIED),
                        new Change("/etc/passwd", ChangeKind.MODIFIED),
                        new Change("/home", ChangeKind.MODIFIED),
                        new Change("/home/new", ChangeKind.ADDED),
                        new Change("/root", ChangeKind.MODIFIED));
    }

    @Test
    void exportsTheRootFilesystemWithoutWhatIsMounted() {
        // what is waited for comes last, and whole
        Specs specs =
                Specs.shell("echo hidden > /t/f; rm /data/here; echo x > /new; mv /new /made; cat");
        specs.openStdin = true;
        specs.storage =
                new StorageSpec(List.of(), List.of(), Map.of("/t", ""), List.of(), 0, Map.of(), "");
        String id = life.start(specs);
        awaitFile(id, "/made");
        for (int i = 0; i < 2; i++) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            engine.archives.export(id, out);
            assertThat(contents(out.toByteArray()))
                    .containsEntry("made", "x\n")
                    .containsEntry("t/", "DIRECTORY")
                    .containsEntry("bin/sh", "-> busybox")
                    .doesNotContainKeys("t/f", "data/here", "proc/1/", "proc/self");
            if (i == 0) {
                engine.tasks.kill(id, "KILL");
                life.awaitEnd(id);
            }
        }
    }

    private String commit(String id, List<String> changes) {
        return engine.archives.commit(
                new CommitRequest(
                        id, "made", "1", "why", "me", true, changes, Map.of("more", "label")));
    }

    @Test
    void commitsWhatAContainerOfTheNewImageFinds() {
        String id =
                ended(
                        "echo new > /data/new; rm /data/here; ln /data/new /data/same;"
                                + " rm -r /home; mkdir /home; mkdir -p /x/y; chown 5:6 /x/y");
        String image = commit(id, List.of("CMD [\"ls\"]", "ENV A=b"));
        Image made = engine.stores.images().resolve("made:1").image();
        assertThat(made.id()).isEqualTo(image);
        assertThat(made.author()).isEqualTo("me");
        assertThat(made.comment()).isEqualTo("why");
        assertThat(made.config().command()).containsExactly("ls");
        assertThat(made.config().env()).contains("A=b");
        assertThat(made.config().labels()).containsEntry("more", "label");
        assertThat(made.layers()).hasSize(2);
        assertThat(made.parent()).isEqualTo(engine.stores.images().resolve("busybox").image().id());
        Specs again =
                Specs.shell(
                        "cat /data/same; ls /data; ls -A /home; stat -c %u:%g /x/y; echo $A;"
                                + " stat -c %h /data/new");
        again.image = "made:1";
        assertThat(life.output(again)).isEqualTo("new\nnew\nsame\n5:6\nb\n2\n");
        assertThat(engine.archives.diff(ended(sameImage(Specs.shell("true"))))).isEmpty();
    }

    private static Specs sameImage(Specs specs) {
        specs.image = "made:1";
        return specs;
    }

    @Test
    void commitsARunningContainerAndLetsItGoOn() {
        String id = life.start(Specs.shell("echo x > /made; cat /dev/zero | head -c 1; sleep 60"));
        awaitFile(id, "/made");
        commit(id, List.of());
        assertThat(life.inspect(id).status().word()).isEqualTo("running");
        assertThat(engine.actions()).contains("container commit");
        engine.tasks.kill(id, "KILL");
        life.awaitEnd(id);
    }

    @Test
    void commitsAnEmptyChange() {
        commit(ended("true"), List.of());
        assertThat(engine.stores.images().resolve("made:1").image().layers()).hasSize(2);
    }

    @Test
    void refusesToCommitTheMachine() {
        Specs specs = Specs.shell("true");
        specs.image = "host";
        String id = life.create(specs);
        fails(ErrorCode.CONFLICT, "built-in image host", () -> commit(id, List.of()));
    }
}

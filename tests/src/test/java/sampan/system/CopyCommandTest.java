package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// `sampan cp` between here and a container, by the docker client's rules, and with whose rights.
@Tag("system")
@ExtendWith(DaemonExtension.class)
class CopyCommandTest {
    private final PrivateDaemon daemon;

    @TempDir private Path dir = Path.of("");

    private String id = "";

    CopyCommandTest(PrivateDaemon daemon) {
        this.daemon = daemon;
    }

    @BeforeEach
    void prepare() throws IOException {
        Files.writeString(dir.resolve("f"), "text\n");
        Files.createDirectories(dir.resolve("d/e"));
        Files.writeString(dir.resolve("d/x"), "x\n");
        Files.createSymbolicLink(dir.resolve("lf"), Path.of("f"));
        Files.createSymbolicLink(dir.resolve("ld"), Path.of("d"));
        id = daemon.background("busybox", "sleep", "100");
    }

    private String here(String name) {
        return dir + "/" + name;
    }

    private String there(String path) {
        return id + ":" + path;
    }

    private String inside(String script) {
        return daemon.docker("exec", id, "sh", "-c", script).text();
    }

    private static String tree(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return String.join(
                    " ",
                    files.filter(f -> !f.equals(root))
                            .map(f -> root.relativize(f).toString())
                            .sorted()
                            .toList());
        }
    }

    @Test
    void directoriesGoIntoDirectoriesAndBecomeWhatIsNotThere() {
        daemon.sampan("cp", here("d"), there("/tmp")).expect(0);
        daemon.sampan("cp", here("d"), there("/tmp/new")).expect(0);
        daemon.sampan("cp", here("d/."), there("/tmp/content")).expect(0);
        daemon.sampan("cp", here("ld/"), there("/tmp/followed")).expect(0);
        assertThat(inside("cd /tmp; find . | sort | tr '\\n' ' '"))
                .isEqualTo(
                        ". ./content ./content/e ./content/x ./d ./d/e ./d/x"
                                + " ./followed ./followed/e ./followed/x ./new ./new/e ./new/x");
    }

    @Test
    void linksAreCopiedUnlessTheyAreToBeFollowed() throws IOException {
        daemon.sampan("cp", here("lf"), there("/tmp/link")).expect(0);
        daemon.sampan("cp", "-L", here("lf"), there("/tmp/file")).expect(0);
        assertThat(inside("readlink /tmp/link; cat /tmp/file")).isEqualTo("f\ntext");
        inside("ln -s file /tmp/to-file");
        daemon.sampan("cp", there("/tmp/to-file"), here("copied")).expect(0);
        daemon.sampan("cp", "-L", there("/tmp/to-file"), here("followed")).expect(0);
        assertThat(dir.resolve("copied")).isSymbolicLink();
        assertThat(dir.resolve("followed")).hasContent("text").isRegularFile();
        // the link's target is what is written, on both sides
        daemon.sampan("cp", here("d/x"), there("/tmp/to-file")).expect(0);
        assertThat(inside("cat /tmp/file")).isEqualTo("x");
        daemon.sampan("cp", there("/tmp/file"), here("lf")).expect(0);
        assertThat(dir.resolve("lf")).isSymbolicLink();
        assertThat(dir.resolve("f")).hasContent("x");
    }

    @Test
    void whatCannotBeIsRefused() {
        daemon.sampan("cp", here("f"), there("/tmp/f")).expect(0);
        assertThat(daemon.sampan("cp", here("d"), there("/tmp/f")).expect(1).err())
                .contains("cannot copy directory");
        assertThat(daemon.sampan("cp", here("f"), there("/tmp/none/")).expect(1).err())
                .contains("no such directory");
        assertThat(daemon.sampan("cp", here("f"), there("/none/f")).expect(1).err())
                .contains("Could not find the file /none in container");
        assertThat(daemon.sampan("cp", here("none"), there("/tmp")).expect(1).err())
                .contains(here("none"))
                .contains("no such file or directory");
        assertThat(daemon.sampan("cp", there("/tmp/f"), here("none/f")).expect(1).err())
                .contains("invalid output path: directory");
        assertThat(daemon.sampan("cp", there("/none"), here(".")).expect(1).err())
                .contains("Could not find the file /none in container");
        assertThat(daemon.sampan("cp", here("f"), "none-such:/tmp").expect(1).err())
                .contains("No such container: none-such");
        assertThat(daemon.sampan("cp", here("f"), here("g")).expect(1).err())
                .contains("must specify at least one container source");
        assertThat(daemon.sampan("cp", there("/a"), there("/b")).expect(1).err())
                .contains("copying between containers is not supported");
    }

    @Test
    void archivesGoThroughPipes() {
        byte[] tar = daemon.sampan("cp", here("d"), there("/tmp")).expect(0).output();
        assertThat(tar).isEmpty();
        byte[] stream = daemon.sampan("cp", there("/tmp/d"), "-").expect(0).output();
        daemon.sampanCommand("cp", "-", there("/home")).input(stream).run().expect(0);
        assertThat(inside("find /home/d | sort | tr '\\n' ' '"))
                .isEqualTo("/home/d /home/d/e /home/d/x");
        assertThat(daemon.sampanCommand("cp", "-", there("/tmp")).input("junk").run().status())
                .isEqualTo(1);
    }

    @Test
    void copiedFilesAreTheCallersAndArchivesKeepTheirOwner() throws IOException {
        inside("echo a > /tmp/a; chown 7:7 /tmp/a; chmod 640 /tmp/a");
        daemon.sampan("cp", there("/tmp/a"), here("a")).expect(0);
        assertThat(Files.getAttribute(dir.resolve("a"), "unix:uid")).isEqualTo(0);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(dir.resolve("a"))))
                .isEqualTo("rw-r-----");
    }

    @Test
    void theDaemonsRightsAreNotTheCallers() throws IOException {
        Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path own = Files.createDirectory(dir.resolve("own"));
        Files.setAttribute(own, "unix:uid", Nobody.ID);
        Files.setPosixFilePermissions(
                dir.resolve("f"), PosixFilePermissions.fromString("rw-------"));
        Files.setPosixFilePermissions(
                dir.resolve("d/e"), PosixFilePermissions.fromString("rwx------"));
        assertThat(Nobody.run(daemon, "cp", here("f"), there("/tmp")).expect(1).err())
                .contains("permission denied");
        // deeper than what was named: read on a thread of the daemon's
        assertThat(Nobody.run(daemon, "cp", here("d"), there("/tmp")).expect(1).err())
                .contains("Permission denied");
        assertThat(Nobody.run(daemon, "cp", there("/etc/passwd"), here("d")).expect(1).err())
                .contains("Permission denied");
        assertThat(Nobody.run(daemon, "cp", there("/etc/passwd"), here("f")).expect(1).err())
                .contains("Permission denied");
        assertThat(dir.resolve("f")).hasContent("text");
        Nobody.run(daemon, "cp", there("/etc"), own.toString()).expect(0);
        assertThat(tree(own)).contains("etc/passwd");
        assertThat(Files.getAttribute(own.resolve("etc/passwd"), "unix:uid")).isEqualTo(Nobody.ID);
    }
}

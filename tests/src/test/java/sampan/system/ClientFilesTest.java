package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// Files that go into containers and come out: copies, differences, commits, volumes, mounts.
@Tag("system")
@ExtendWith(DaemonExtension.class)
class ClientFilesTest {
    private final PrivateDaemon daemon;

    ClientFilesTest(PrivateDaemon daemon) {
        this.daemon = daemon;
    }

    @Test
    void copiesInAndOut(@TempDir Path dir) throws IOException {
        Path tree = Files.createDirectories(dir.resolve("tree/sub"));
        Files.writeString(tree.resolve("a"), "letter\n");
        Files.createSymbolicLink(tree.resolve("l"), Path.of("a"));
        String id = daemon.background("busybox", "sleep", "100");
        daemon.docker("cp", dir.resolve("tree").toString(), id + ":/tmp/").expect(0);
        assertThat(
                        daemon.docker(
                                        "exec",
                                        id,
                                        "sh",
                                        "-c",
                                        "cat /tmp/tree/sub/l; readlink /tmp/tree/sub/l")
                                .text())
                .isEqualTo("letter\na");
        daemon.docker("exec", id, "sh", "-c", "echo more >>/tmp/tree/sub/a").expect(0);
        daemon.docker("cp", id + ":/tmp/tree", dir.resolve("back").toString()).expect(0);
        assertThat(dir.resolve("back/sub/a")).hasContent("letter\nmore\n");
        assertThat(Files.readSymbolicLink(dir.resolve("back/sub/l"))).isEqualTo(Path.of("a"));
        assertThat(daemon.dockerCommand("cp", id + ":/etc/passwd", "-").run().expect(0).out())
                .contains("root:x:0:0");
        assertThat(daemon.docker("cp", id + ":/none", dir.toString()).expect(1).err())
                .contains("Could not find");
        daemon.docker("stop", "-t", "0", id).expect(0);
        daemon.docker("cp", id + ":/tmp/tree/sub/a", dir.resolve("stopped").toString()).expect(0);
        assertThat(dir.resolve("stopped")).hasContent("letter\nmore\n");
    }

    @Test
    void copiesSeeVolumesAndTmpfsAsInside(@TempDir Path dir) throws IOException {
        Files.writeString(dir.resolve("f"), "f\n");
        String id =
                daemon.background(
                        "-v",
                        "vol:/vol",
                        "--tmpfs",
                        "/mem",
                        "-v",
                        dir + ":/host:ro",
                        "busybox",
                        "sleep",
                        "100");
        daemon.docker("cp", dir.resolve("f").toString(), id + ":/vol/f").expect(0);
        daemon.docker("cp", dir.resolve("f").toString(), id + ":/mem/f").expect(0);
        assertThat(daemon.docker("exec", id, "cat", "/vol/f", "/mem/f", "/host/f").text())
                .isEqualTo("f\nf\nf");
        assertThat(daemon.docker("cp", dir.resolve("f").toString(), id + ":/host/g").status())
                .isEqualTo(1);
        assertThat(dir.resolve("g")).doesNotExist();
    }

    @Test
    void diffTellsWhatChanged() {
        String id =
                daemon.background(
                        "busybox",
                        "sh",
                        "-c",
                        "echo x >/new; rm /etc/group; chmod 700 /home; echo on; sleep 100");
        Eventually.await("the changes", () -> daemon.docker("logs", id).out().contains("on"));
        assertThat(daemon.docker("diff", id).lines())
                .containsExactlyInAnyOrder("A /new", "C /etc", "D /etc/group", "C /home");
    }

    @Test
    void commitMakesAnImage() {
        String id =
                daemon.background("busybox", "sh", "-c", "echo kept >/kept; echo on; sleep 100");
        Eventually.await("the file", () -> daemon.docker("logs", id).out().contains("on"));
        daemon.docker("commit", "-m", "why", "-c", "ENV X=y", "-c", "CMD cat /kept", id, "kept:1")
                .expect(0);
        assertThat(daemon.docker("run", "--rm", "kept:1").text()).isEqualTo("kept");
        assertThat(daemon.docker("run", "--rm", "kept:1", "sh", "-c", "echo $X").text())
                .isEqualTo("y");
        assertThat(
                        daemon.docker("history", "--format", "{{.Comment}}", "kept:1")
                                .lines()
                                .getFirst())
                .isEqualTo("why");
        daemon.docker("rmi", "kept:1").expect(0);
    }

    @Test
    void exportAndImportKeepTheFiles(@TempDir Path dir) {
        String id =
                daemon.background("busybox", "sh", "-c", "echo mark >/mark; echo on; sleep 100");
        Eventually.await("the file", () -> daemon.docker("logs", id).out().contains("on"));
        Path tar = dir.resolve("all.tar");
        daemon.docker("export", "-o", tar.toString(), id).expect(0);
        daemon.docker("import", "-c", "CMD [\"cat\",\"/mark\"]", tar.toString(), "imported:1")
                .expect(0);
        assertThat(daemon.docker("run", "--rm", "imported:1").text()).isEqualTo("mark");
        daemon.docker("rmi", "imported:1").expect(0);
    }

    @Test
    void volumesOutliveContainersAndPruneFindsThem() {
        daemon.docker("run", "--rm", "-v", "keep:/data", "busybox", "sh", "-c", "echo v >/data/f")
                .expect(0);
        assertThat(
                        daemon.docker(
                                        "run",
                                        "--rm",
                                        "-v",
                                        "keep:/data:ro",
                                        "busybox",
                                        "cat",
                                        "/data/f")
                                .text())
                .isEqualTo("v");
        assertThat(daemon.docker("volume", "ls", "-q").text()).isEqualTo("keep");
        daemon.docker("volume", "rm", "keep").expect(0);
        daemon.docker("create", "--name", "dead", "busybox", "true").expect(0);
        assertThat(daemon.docker("container", "prune", "-f").text()).contains("Deleted Containers");
        assertThat(daemon.docker("ps", "-aq").text()).isEmpty();
    }

    @Test
    void mountsAndSharedNamespaces(@TempDir Path dir) throws IOException {
        Files.writeString(dir.resolve("f"), "host\n");
        assertThat(
                        daemon.docker(
                                        "run",
                                        "--rm",
                                        "-v",
                                        dir + ":/d",
                                        "busybox",
                                        "sh",
                                        "-c",
                                        "cat /d/f; echo c >/d/g")
                                .text())
                .isEqualTo("host");
        assertThat(dir.resolve("g")).hasContent("c\n");
        String id =
                daemon.background(
                        "--network", "none", "busybox", "sh", "-c", "hostname; sleep 100");
        assertThat(daemon.docker("exec", id, "ls", "/sys/class/net").text()).isEqualTo("lo");
        String address = daemon.background("busybox", "sleep", "100");
        assertThat(
                        daemon.docker(
                                        "run",
                                        "--rm",
                                        "--network",
                                        "container:" + address,
                                        "busybox",
                                        "ip",
                                        "-o",
                                        "-4",
                                        "addr",
                                        "show",
                                        "eth0")
                                .text())
                .contains(
                        daemon.inspect(address, "{{.NetworkSettings.Networks.bridge.IPAddress}}"));
        assertThat(
                        daemon.docker(
                                        "run",
                                        "--rm",
                                        "--pid",
                                        "container:" + address,
                                        "busybox",
                                        "ps")
                                .text())
                .contains("sleep 100");
        assertThat(
                        daemon.docker(
                                        "run",
                                        "--rm",
                                        "--network",
                                        "host",
                                        "busybox",
                                        "ls",
                                        "/sys/class/net")
                                .text())
                .contains(daemon.bridge());
    }
}

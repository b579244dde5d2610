package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// Images in and out, with equal digests.
@Tag("system")
@ExtendWith(DaemonExtension.class)
class ImageRoundTripTest {
    private final PrivateDaemon daemon;

    ImageRoundTripTest(PrivateDaemon daemon) {
        this.daemon = daemon;
    }

    @Test
    void savedAndLoadedIsTheSameImage(@TempDir Path dir) {
        String id =
                daemon.background(
                        "busybox",
                        "sh",
                        "-c",
                        "mkdir /d; mkfifo /d/p; mknod /d/n c 1 3; ln /bin/busybox /d/h; chmod 4755 /d/h; rm -r /home; echo on; sleep 100");
        Eventually.await("the files", () -> daemon.docker("logs", id).out().contains("on"));
        daemon.docker("commit", id, "trip:1").expect(0);
        String format = "{{.Id}} {{json .RootFS.Layers}} {{json .Config.Cmd}}";
        String before = daemon.docker("image", "inspect", "-f", format, "trip:1").text();
        Path tar = dir.resolve("trip.tar");
        daemon.docker("save", "-o", tar.toString(), "trip:1").expect(0);
        daemon.docker("rmi", "trip:1").expect(0);
        assertThat(daemon.docker("load", "-i", tar.toString()).text())
                .isEqualTo("Loaded image: trip:1");
        assertThat(daemon.docker("image", "inspect", "-f", format, "trip:1").text())
                .isEqualTo(before);
        assertThat(
                        daemon.docker(
                                        "run",
                                        "--rm",
                                        "trip:1",
                                        "sh",
                                        "-c",
                                        "stat -c '%a %F' /d/h /d/p /d/n; ls -d /home")
                                .expect(1)
                                .out())
                .isEqualTo("4755 regular file\n644 fifo\n644 character special file\n");
        Path again = dir.resolve("again.tar");
        daemon.docker("save", "-o", again.toString(), "trip:1").expect(0);
        assertThat(again).hasSameBinaryContentAs(tar);
        daemon.docker("rmi", "trip:1").expect(0);
    }

    @Test
    void tagsPointToOneImage() {
        daemon.docker("tag", "busybox", "other/name:2").expect(0);
        String id = daemon.docker("image", "inspect", "-f", "{{.Id}}", "busybox").text();
        assertThat(daemon.docker("images", "--no-trunc", "-q", "other/name:2").text())
                .isEqualTo(id);
        assertThat(daemon.docker("rmi", "other/name:2").text()).isEqualTo("Untagged: other/name:2");
        assertThat(daemon.docker("image", "inspect", "other/name:2").expect(1).err())
                .contains("No such image");
        daemon.docker("image", "inspect", id).expect(0);
    }

    @Test
    void anImageInUseIsNotRemoved() {
        daemon.background("busybox", "sleep", "100");
        assertThat(daemon.docker("rmi", "busybox").expect(1).err())
                .contains("conflict")
                .contains("container");
        assertThat(daemon.docker("run", "--rm", "busybox", "echo", "still").text())
                .isEqualTo("still");
    }

    @Test
    void aMissingImageIsSaidToBeMissing() {
        assertThat(
                        daemon.docker("run", "--rm", "--pull", "never", "no/such:1", "true")
                                .expect(125)
                                .err())
                .contains("No such image: no/such:1");
        assertThat(daemon.docker("rmi", "no/such:1").expect(1).err()).contains("No such image");
    }

    @Test
    void aCompressedArchiveLoadsAsWell(@TempDir Path dir) throws IOException {
        Path tar = dir.resolve("image.tar");
        Files.write(tar, Images.archive("packed:1", new Tar().file("f", "packed").end()));
        Command.of("gzip", tar.toString()).run().expect(0);
        assertThat(daemon.docker("load", "-i", tar + ".gz").text())
                .isEqualTo("Loaded image: packed:1");
        daemon.docker("rmi", "packed:1").expect(0);
    }

    @Test
    void theMachineItselfIsAnImage() {
        String marker = "sampan-test-" + ProcessHandle.current().pid();
        assertThat(
                        daemon.docker(
                                        "run",
                                        "--rm",
                                        "host",
                                        "sh",
                                        "-c",
                                        "echo x >/"
                                                + marker
                                                + "; cat /"
                                                + marker
                                                + "; cat /etc/os-release")
                                .expect(0)
                                .out())
                .startsWith(
                        "x\n"
                                + Residue.read(Path.of("/etc/os-release"))
                                        .lines()
                                        .findFirst()
                                        .orElseThrow());
        assertThat(Path.of("/" + marker)).doesNotExist();
        assertThat(daemon.docker("images", "host").text()).contains("host");
    }

    @Test
    void aPlatformIsTakenWhereTheImageHasIt() {
        // by the API: older clients have no such option
        UnixHttp http = daemon.http();
        assertThat(http.get("/images/busybox/get" + platform("amd64")).status()).isEqualTo(200);
        String mismatch =
                "its platform (linux/amd64) does not match the specified platform (linux/s390x)";
        UnixHttp.Answer saved = http.get("/images/busybox/get" + platform("s390x"));
        assertThat(saved.status()).isEqualTo(404);
        assertThat(saved.text()).contains(mismatch);
        UnixHttp.Answer pushed = http.post("/images/busybox/push" + platform("s390x"), "");
        assertThat(pushed.status()).isEqualTo(404);
        assertThat(pushed.text()).contains(mismatch);
    }

    private static String platform(String architecture) {
        return "?platform=%7B%22os%22%3A%22linux%22%2C%22architecture%22%3A%22"
                + architecture
                + "%22%7D";
    }
}

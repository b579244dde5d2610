package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// `sampan image make`: images of the machine's own packages.
@Tag("system")
@ExtendWith(DaemonExtension.class)
class MakeImageTest {
    private final PrivateDaemon daemon;

    MakeImageTest(PrivateDaemon daemon) {
        this.daemon = daemon;
    }

    @Test
    void busyboxIsMadeOfTheMachinesOwn() {
        assertThat(daemon.sampan("image", "make", "-t", "made:1", "busybox").text())
                .startsWith("sha256:");
        assertThat(
                        daemon.docker("run", "--rm", "made:1", "sh", "-c", "id -u; ls -d /tmp /etc")
                                .expect(0)
                                .lines())
                .containsExactly("0", "/etc", "/tmp");
        assertThat(daemon.docker("inspect", "-f", "{{json .Config.Cmd}}", "made:1").text())
                .isEqualTo("[\"sh\"]");
    }

    @Test
    void whatCannotBeMadeLeavesNoImage() {
        Outcome unreachable =
                daemon.sampan(
                        "image",
                        "make",
                        "-t",
                        "never:1",
                        "--mirror",
                        "http://127.0.0.1:1/debian",
                        "debian:bookworm");
        assertThat(unreachable.expect(1).err()).contains("no image was made: see above");
        assertThat(daemon.docker("images", "-q", "never").text()).isEmpty();
        assertThat(daemon.docker("ps", "-aq", "--filter", "ancestor=host").text()).isEmpty();
    }

    @Test
    void otherNamesAreRefused() {
        assertThat(daemon.sampan("image", "make", "fedora").expect(1).err())
                .contains("cannot make 'fedora': give debian[:SUITE] or busybox");
        assertThat(daemon.sampan("image", "make", "debian:Book_worm").expect(1).err())
                .contains("suite 'Book_worm' is none");
    }
}

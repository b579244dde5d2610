package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// A kill for want of memory is told when it happens, and once.
@Tag("system")
@ExtendWith(DaemonExtension.class)
class OutOfMemoryTest {
    /// Lives on, and runs out of memory whenever it is asked to.
    private static final String HOG =
            "trap 'tail /dev/zero; echo killed' USR1; echo ready; while :; do sleep 0.05; done";

    private final PrivateDaemon daemon;

    OutOfMemoryTest(PrivateDaemon daemon) {
        this.daemon = daemon;
    }

    @Test
    void theEventComesWhileTheContainerLives() {
        String id = hog();
        daemon.docker("kill", "-s", "USR1", id).expect(0);
        awaitTold(id, 1);
        assertThat(daemon.inspect(id, "{{.State.Running}} {{.State.OOMKilled}}"))
                .isEqualTo("true true");
        daemon.docker("kill", "-s", "USR1", id).expect(0);
        awaitTold(id, 2);
        daemon.docker("kill", id).expect(0);
        daemon.docker("wait", id).expect(0);
        assertThat(told(id)).isEqualTo(2);
    }

    @Test
    void anotherDaemonTellsWhatItMissedAndRepeatsNothing() {
        String id = hog();
        int pid = Integer.parseInt(daemon.inspect(id, "{{.State.Pid}}"));
        Path log = Path.of(daemon.inspect(id, "{{.LogPath}}"));
        daemon.kill();
        new Command(List.of("kill", "-USR1", Integer.toString(pid))).run().expect(0);
        Eventually.await("the kill", () -> text(log).contains("killed"));
        daemon.start();
        awaitTold(id, 1);
        daemon.kill();
        daemon.start();
        daemon.docker("kill", "-s", "USR1", id).expect(0);
        // had the first one been repeated, it had come before
        awaitTold(id, 1);
        assertThat(told(id)).isEqualTo(1);
        daemon.docker("rm", "-f", id).expect(0);
    }

    private String hog() {
        String id =
                daemon.background("-m", "16m", "--memory-swap", "16m", "busybox", "sh", "-c", HOG);
        Eventually.await("its shell", () -> daemon.docker("logs", id).out().contains("ready"));
        return id;
    }

    private void awaitTold(String id, int count) {
        Eventually.await(count + " oom events", () -> told(id) == count);
    }

    private long told(String id) {
        return daemon
                .docker(
                        "events",
                        "--since",
                        "0",
                        "--until",
                        Long.toString(System.currentTimeMillis() / 1000 + 1),
                        "--filter",
                        "container=" + id,
                        "--format",
                        "{{.Action}}")
                .lines()
                .stream()
                .filter("oom"::equals)
                .count();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// What a container printed, read now, later and while it prints.
@Tag("system")
@ExtendWith(DaemonExtension.class)
class ClientLogsTest {
    private final PrivateDaemon daemon;

    ClientLogsTest(PrivateDaemon daemon) {
        this.daemon = daemon;
    }

    @Test
    void bothStreamsKeepTheirPlaces() {
        String id =
                daemon.background(
                        "busybox", "sh", "-c", "echo out; echo err >&2; printf unfinished");
        daemon.docker("wait", id).expect(0);
        Outcome logs = daemon.docker("logs", id).expect(0);
        assertThat(logs.out()).isEqualTo("out\nunfinished");
        assertThat(logs.err()).isEqualTo("err\n");
    }

    @Test
    void followSeesEachLineAndTheEnd() {
        String id =
                daemon.background(
                        "busybox",
                        "sh",
                        "-c",
                        "for i in 1 2 3; do while [ ! -e /$i ]; do sleep 0.02; done; echo line $i; done");
        try (Command.Running logs = daemon.dockerCommand("logs", "-f", id).start()) {
            for (int i = 1; i <= 3; i++) {
                String line = "line " + i + "\n";
                daemon.docker("exec", id, "touch", "/" + i);
                logs.out().await(line, Command.DEADLINE, text -> text.endsWith(line));
            }
            assertThat(logs.outcome().expect(0).out()).isEqualTo("line 1\nline 2\nline 3\n");
        }
    }

    @Test
    void tailSinceAndTimestamps() {
        String id = daemon.background("busybox", "seq", "1", "50");
        daemon.docker("wait", id).expect(0);
        assertThat(daemon.docker("logs", "--tail", "3", id).lines())
                .containsExactly("48", "49", "50");
        assertThat(daemon.docker("logs", "--tail", "0", id).lines()).isEmpty();
        List<String> stamped = daemon.docker("logs", "-t", id).lines();
        assertThat(stamped)
                .hasSize(50)
                .allMatch(line -> line.matches("\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z \\d+"));
        assertThat(stamped).map(line -> line.substring(0, line.indexOf(' '))).isSorted();
        assertThat(daemon.docker("logs", "--since", "2100-01-01T00:00:00Z", id).lines()).isEmpty();
        assertThat(daemon.docker("logs", "--until", "2000-01-01T00:00:00Z", id).lines()).isEmpty();
        assertThat(daemon.docker("logs", "--since", "1h", id).lines()).hasSize(50);
    }

    @Test
    void longOutputArrivesWholeAndInOrder() {
        Outcome run = daemon.docker("run", "--name", "long", "busybox", "seq", "1", "200000");
        List<String> wanted =
                IntStream.rangeClosed(1, 200_000).mapToObj(Integer::toString).toList();
        assertThat(run.lines()).isEqualTo(wanted);
        assertThat(daemon.docker("logs", "long").lines()).isEqualTo(wanted);
    }

    @Test
    void aLineLongerThanABufferStaysOneLine() {
        String id =
                daemon.background(
                        "busybox",
                        "sh",
                        "-c",
                        "head -c 100000 /dev/zero | tr '\\0' x; echo; echo end");
        daemon.docker("wait", id).expect(0);
        assertThat(daemon.docker("logs", id).lines()).containsExactly("x".repeat(100_000), "end");
    }

    @Test
    void aTerminalsLogKeepsItsLineEnds() {
        String id = daemon.background("-t", "busybox", "echo", "hi");
        daemon.docker("wait", id).expect(0);
        assertThat(daemon.docker("logs", id).out()).isEqualTo("hi\r\n");
    }

    @Test
    void rotationKeepsTheNewest() {
        String id =
                daemon.background(
                        "--log-opt",
                        "max-size=10k",
                        "--log-opt",
                        "max-file=2",
                        "busybox",
                        "seq",
                        "1",
                        "2000");
        daemon.docker("wait", id).expect(0);
        List<String> kept = daemon.docker("logs", id).lines();
        assertThat(kept).last().isEqualTo("2000");
        assertThat(kept.size()).isBetween(50, 500);
    }

    @Test
    void noneKeepsNothing() {
        String id = daemon.background("--log-driver", "none", "busybox", "echo", "hi");
        daemon.docker("wait", id).expect(0);
        assertThat(daemon.docker("logs", id).expect(1).err()).contains("does not support reading");
    }
}

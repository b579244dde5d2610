package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// A disk without room: the daemon says so, containers do not notice, nothing that was told is
/// lost.
@Tag("system")
class FullDiskTest {
    private static final String FULL = "No space left on device";
    private static final int BLOCK_BYTES = 64 << 10;

    private final PrivateDaemon daemon = new PrivateDaemon();
    private final EngineCalls calls = new EngineCalls(daemon);

    @BeforeEach
    void begin() throws IOException {
        Files.createDirectory(daemon.root());
        mount(daemon.root(), "32m");
        mount(daemon.runDirectory(), "4m");
        daemon.start();
        daemon.loadBusybox();
    }

    private static void mount(Path place, String size) {
        Command.of("mount", "-t", "tmpfs", "-o", "size=" + size, "small", place.toString())
                .run()
                .expect(0);
    }

    @AfterEach
    void end() {
        if (!daemon.isAlive()) {
            daemon.start();
        }
        daemon.removeContainers();
        daemon.close();
        Command.of("umount", daemon.root().toString()).run().expect(0);
        Command.of("umount", daemon.runDirectory().toString()).run().expect(0);
        DaemonExtension.delete(daemon.home());
    }

    private static Path fill(Path place) {
        Path file = place.resolve("filling");
        byte[] block = new byte[BLOCK_BYTES];
        try (OutputStream out = Files.newOutputStream(file)) {
            while (true) {
                out.write(block);
            }
        } catch (IOException e) {
            assertThat(e).hasMessageContaining(FULL);
        }
        return file;
    }

    @Test
    void everyRequestSaysThatTheDiskIsFullAndNoneHangsUp() throws IOException {
        String running = daemon.background("busybox", "sleep", "1000");
        Path filling = fill(daemon.root());
        assertThat(daemon.docker("create", "busybox", "true").err()).contains(FULL);
        assertThat(daemon.docker("volume", "create", "some").err()).contains(FULL);
        assertThat(daemon.dockerCommand("load").input(other()).run().err()).contains(FULL);
        assertThat(daemon.sampan("create", "busybox", "true").err()).contains(FULL);
        assertThat(daemon.docker("exec", running, "echo", "alive").text()).isEqualTo("alive");
        Files.delete(filling);
        // what failed left nothing in the way
        daemon.docker("volume", "create", "some").expect(0);
        daemon.dockerCommand("load").input(other()).run().expect(0);
        daemon.docker("run", "--rm", "busybox", "true").expect(0);
    }

    private static byte[] other() {
        return Images.archive("other:1", new Tar().file("content", new byte[100_000], 0644).end());
    }

    @Test
    void anEndThatCouldNotBeWrittenDownIsKnownAllTheSame() throws IOException {
        String id =
                daemon.background(
                        "busybox", "sh", "-c", "trap 'exit 7' TERM; while :; do sleep 0.1; done");
        String talking = daemon.background("busybox", "sh", "-c", "while :; do echo x; done");
        Path filling = fill(daemon.root());
        int pid = Integer.parseInt(daemon.inspect(talking, "{{.State.Pid}}"));
        daemon.docker("stop", id).expect(0);
        assertThat(daemon.inspect(id, "{{.State.Status}} {{.State.ExitCode}}"))
                .isEqualTo("exited 7");
        assertThat(daemon.inspect(talking, "{{.State.Pid}}")).isEqualTo(Integer.toString(pid));
        daemon.kill();
        Files.delete(filling);
        daemon.start();
        assertThat(daemon.inspect(id, "{{.State.Status}} {{.State.ExitCode}}"))
                .isEqualTo("exited 7");
        assertThat(daemon.inspect(talking, "{{.State.Pid}}")).isEqualTo(Integer.toString(pid));
        // whose log has filled the disk again by now, on a machine that is fast enough
        daemon.docker("rm", "-f", talking).expect(0);
        daemon.docker("start", id).expect(0);
        assertThat(daemon.inspect(id, "{{.State.Status}}")).isEqualTo("running");
    }

    @Test
    void aContainerWhoseEndWasNotWrittenDownCanBeStartedAgain() throws IOException {
        String id = daemon.background("busybox", "sleep", "1000");
        Path filling = fill(daemon.root());
        daemon.docker("stop", "-t0", id).expect(0);
        Files.delete(filling);
        daemon.docker("start", id).expect(0);
        assertThat(daemon.inspect(id, "{{.State.Status}}")).isEqualTo("running");
    }

    @Test
    void aMonitorThatCannotWriteTheEndWaitsForTheNextDaemon() throws IOException {
        String id = daemon.background("-i", "busybox", "sh", "-c", "sleep 0.5; exit 9");
        int pid = Integer.parseInt(daemon.inspect(id, "{{.State.Pid}}"));
        daemon.kill();
        Path filling = fill(daemon.runDirectory());
        Eventually.await("its end", () -> !Files.exists(Path.of("/proc", Integer.toString(pid))));
        // the disk is still full when the next daemon comes: it hears it from the monitor itself
        assertThat(daemon.runDirectory().resolve("c/" + id.substring(0, 12) + "/exit"))
                .doesNotExist();
        Files.delete(filling);
        daemon.start();
        calls.ended(id, 9, "");
    }
}

package sampan.engine.services;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sampan.engine.services.TaskService.Attachment;
import sampan.engine.testing.Life;
import sampan.engine.testing.Specs;
import sampan.engine.testing.WholeEngine;
import sampan.errors.SampanException;
import sampan.linux.files.FileIo;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;

/// What is asked of a container while its start goes on. The moment cannot be chosen from outside,
/// so each case comes at many.
@Tag("privileged")
class StartRaceTest {
    private static final int MOMENTS = 24;
    private static final int STEP_MICROS = 700;

    @TempDir Path directory;
    private WholeEngine engine;
    private Life life;

    @BeforeEach
    void start() {
        engine = new WholeEngine(directory).withImage();
        life = new Life(engine);
    }

    @AfterEach
    void stop() {
        engine.destroy();
    }

    // A kill that came before the first process stood in its cgroup was lost, and the removal
    // waited half a minute for an end that never came.
    @Test
    void removalWhileStartingEndsIt() throws InterruptedException {
        for (int moment = 0; moment < MOMENTS; moment++) {
            String id = life.create(Specs.run("sleep", "600"));
            Thread starting = Thread.startVirtualThread(() -> tryStart(id));
            later(moment);
            engine.containers.remove(id, true, true);
            starting.join();
        }
        assertNothingIsLeft();
    }

    // As a cancelled build does it. Its launch plan may then not be kept: a thread that is
    // interrupted opens no channel.
    @Test
    void interruptedStartLeavesNoProcess() throws InterruptedException {
        for (int moment = 0; moment < MOMENTS; moment++) {
            String id = life.create(Specs.run("sleep", "600"));
            Thread starting = Thread.startVirtualThread(() -> tryStart(id));
            later(moment);
            starting.interrupt();
            starting.join();
            engine.containers.remove(id, true, true);
        }
        assertNothingIsLeft();
    }

    @Test
    void stopWhileStartingIsHeard() throws InterruptedException {
        for (int moment = 0; moment < MOMENTS; moment++) {
            String id = life.create(Specs.run("sleep", "600"));
            Thread starting = Thread.startVirtualThread(() -> tryStart(id));
            later(moment);
            engine.tasks.restart(id, Optional.empty(), Optional.of(Duration.ZERO));
            starting.join();
            engine.tasks.kill(id, "");
            engine.containers.remove(id, false, true);
        }
        assertNothingIsLeft();
    }

    // Its first output was seen before its state said that it runs, and the signal of whoever
    // waited for that output was refused.
    @Test
    void signalAfterItsFirstOutputIsHeard() throws InterruptedException {
        for (int moment = 0; moment < MOMENTS; moment++) {
            String id = life.create(Specs.shell("echo on; exec sleep 600"));
            try (FileIo.Pipe pipe = FileIo.pipe2(Open.CLOEXEC)) {
                Thread starting = Thread.startVirtualThread(() -> start(id, pipe.writeEnd()));
                assertThat(FileIo.read(pipe.readEnd(), new byte[16])).isEqualTo(3);
                engine.tasks.kill(id, "KILL");
                starting.join();
            }
            engine.containers.remove(id, false, true);
        }
        assertNothingIsLeft();
    }

    private void start(String id, Fd output) {
        Descriptors streams =
                new Descriptors(Optional.empty(), Optional.of(output), Optional.empty(), _ -> {});
        engine.tasks.start(id, Optional.of(new Attachment(streams, false, true, false)));
    }

    private static void later(int moment) throws InterruptedException {
        Thread.sleep(Duration.ofNanos(moment * STEP_MICROS * 1000L));
    }

    private void tryStart(String id) {
        try {
            engine.tasks.start(id, Optional.empty());
        } catch (SampanException _) {
            // it was faster gone
        }
    }

    private void assertNothingIsLeft() {
        assertThat(engine.containers.list()).isEmpty();
        assertThat(directory.resolve("run/c")).isEmptyDirectory();
        assertThat(directory.resolve("root/containers")).isEmptyDirectory();
    }
}

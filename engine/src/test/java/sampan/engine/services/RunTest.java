package sampan.engine.services;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sampan.engine.containers.Container;
import sampan.engine.containers.ContainerStatus;
import sampan.engine.containers.ResourceSpec;
import sampan.engine.services.ExecService.ExecSpec;
import sampan.engine.services.StreamService.AttachRequest;
import sampan.engine.services.StreamService.AttachSession;
import sampan.engine.services.StreamService.LogRequest;
import sampan.engine.services.TaskService.WaitCondition;
import sampan.engine.testing.Life;
import sampan.engine.testing.Specs;
import sampan.engine.testing.WholeEngine;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

/// A container from its making to its removal.
@Tag("privileged")
class RunTest {
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

    @Test
    void runsAndEndsWithItsExitCode() {
        String id = life.create(Specs.shell("echo hello; echo trouble >&2; exit 3"));
        assertThat(life.run(id)).isEqualTo(3);
        assertThat(life.logs(id)).contains("hello\n").contains("trouble\n");
        Container ended = life.inspect(id);
        assertThat(ended.status()).isEqualTo(ContainerStatus.EXITED);
        assertThat(ended.exitCode()).isEqualTo(3);
        engine.containers.remove(id, false, false);
        assertThatThrownBy(() -> life.inspect(id)).hasMessage("No such container: " + id);
        assertThat(engine.actions())
                .containsSubsequence(
                        "container create",
                        "container start",
                        "container die",
                        "container destroy");
        assertThat(engine.cgroups.open(engine.cgroupParent + "/" + id).exists()).isFalse();
        assertThat(directory.resolve("run/c")).isEmptyDirectory();
        assertThat(directory.resolve("root/containers")).isEmptyDirectory();
    }

    @Test
    void startsAgainWithWhatItWrote() {
        String id = life.create(Specs.shell("cat /note 2>/dev/null || echo first > /note"));
        assertThat(life.run(id)).isZero();
        assertThat(life.run(id)).isZero();
        assertThat(life.logs(id)).isEqualTo("first\n");
    }

    @Test
    void attachedBeforeStartMissesNothing() {
        Specs specs = Specs.shell("echo one; cat; echo two >&2");
        specs.openStdin = true;
        specs.stdinOnce = true;
        String id = life.create(specs);
        try (AttachSession session =
                engine.streams.attach(id, new AttachRequest(true, true, true))) {
            var end = engine.tasks.waitFor(id, WaitCondition.NEXT_EXIT);
            engine.tasks.start(id, Optional.empty());
            session.writeStdin(ByteBuffer.wrap("typed\n".getBytes(StandardCharsets.UTF_8)));
            session.closeStdin();
            assertThat(Life.output(session)).isEqualTo("1:one\ntyped\n2:two\n");
            assertThat(Life.within(end).exitCode()).isZero();
        }
    }

    @Test
    void autoRemoveLeavesNothing() {
        Specs specs = Specs.run("true");
        specs.autoRemove = true;
        String id = life.create(specs);
        var gone = engine.tasks.waitFor(id, WaitCondition.REMOVED);
        engine.tasks.start(id, Optional.empty());
        assertThat(Life.within(gone).exitCode()).isZero();
        assertThat(engine.containers.list()).isEmpty();
        assertThat(directory.resolve("root/containers")).isEmptyDirectory();
    }

    @Test
    void programsThatCannotRunAreTold() {
        assertStartFails("nosuchprogram", 127, "executable file not found in $PATH");
        assertStartFails("/bin/absent", 127, "stat /bin/absent: no such file or directory");
        assertStartFails("/bin/notexecutable", 126, "permission denied");
        assertStartFails("/bin", 126, "is a directory: permission denied");
    }

    private void assertStartFails(String program, int code, String text) {
        String id = life.create(Specs.run(program));
        assertThatThrownBy(() -> engine.tasks.start(id, Optional.empty()))
                .isInstanceOfSatisfying(
                        SampanException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID))
                .hasMessageContaining("exec: \"" + program + "\": " + text);
        Container failed = life.inspect(id);
        assertThat(failed.status()).isEqualTo(ContainerStatus.CREATED);
        assertThat(failed.exitCode()).isEqualTo(code);
        assertThat(failed.error()).contains(text);
        assertThat(directory.resolve("run/c")).isEmptyDirectory();
    }

    @Test
    void memoryHogIsKilledAndSaidSo() {
        Specs specs = Specs.shell("dd if=/dev/zero of=/dev/null bs=200M count=1");
        specs.resources = memory(16L << 20);
        String id = life.create(specs);
        assertThat(life.run(id)).isEqualTo(137);
        assertThat(life.inspect(id).oomKilled()).isTrue();
        assertThat(engine.actions()).contains("container oom");
    }

    private static ResourceSpec memory(long bytes) {
        ResourceSpec none = ResourceSpec.none();
        return new ResourceSpec(
                bytes,
                0,
                bytes,
                -1,
                false,
                0,
                0,
                0,
                0,
                0,
                0,
                "",
                "",
                none.pidsLimit(),
                0,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                "",
                0);
    }

    @Test
    void stopsAtOnceWhoCannotHear() {
        String id = life.start(Specs.shell("while :; do sleep 1; done"));
        engine.tasks.stop(id, Optional.empty(), Optional.of(Duration.ofMinutes(5)));
        assertThat(life.inspect(id).exitCode()).isEqualTo(137);
        assertThat(engine.actions())
                .containsSubsequence("container kill", "container die", "container stop");
    }

    @Test
    void stopWaitsForWhoDoesHear() {
        String id =
                life.start(
                        Specs.shell(
                                "trap 'echo bye; exit 7' TERM; echo up; while :; do sleep 0.1; done"));
        life.awaitOutput(id, "up");
        engine.tasks.stop(id, Optional.empty(), Optional.of(Duration.ofMinutes(5)));
        assertThat(life.inspect(id).exitCode()).isEqualTo(7);
        assertThat(life.logs(id)).contains("bye");
    }

    @Test
    void followsUntilTheEnd() {
        String id = life.start(Specs.shell("for i in 1 2 3; do echo $i; sleep 0.2; done"));
        assertThat(
                        life.logs(
                                id,
                                new LogRequest(
                                        true, true, true, Optional.empty(), Optional.empty(), -1)))
                .isEqualTo("1\n2\n3\n");
    }

    @Test
    void pausesAndGoesOn() {
        String id = life.start(Specs.shell("sleep 1000"));
        engine.tasks.pause(id);
        assertThat(life.inspect(id).status()).isEqualTo(ContainerStatus.PAUSED);
        assertThatThrownBy(() -> engine.tasks.pause(id)).hasMessageContaining("already paused");
        engine.tasks.unpause(id);
        assertThat(life.inspect(id).status()).isEqualTo(ContainerStatus.RUNNING);
        engine.tasks.pause(id);
        engine.tasks.kill(id, "KILL");
        assertThat(life.inspect(id).exitCode()).isEqualTo(137);
    }

    @Test
    void execRunsInside() {
        String id = life.start(Specs.run("sleep", "1000"));
        String exec =
                engine.execs.create(
                        id, exec(false, "sh", "-c", "cat; hostname; echo err >&2; exit 4"));
        try (AttachSession session = engine.execs.startAttached(exec, 0, 0)) {
            session.writeStdin(ByteBuffer.wrap("in\n".getBytes(StandardCharsets.UTF_8)));
            session.closeStdin();
            assertThat(Life.output(session))
                    .isEqualTo("1:in\n" + id.substring(0, 12) + "\n2:err\n");
        }
        assertThat(engine.execs.inspect(exec).exitCode()).contains(4);
        assertThat(engine.execs.await(exec)).isEqualTo(4);
        assertThat(life.inspect(id).execIds()).isEmpty();
        assertThat(directory.resolve("run/e")).isEmptyDirectory();
        String missing = engine.execs.create(id, exec(false, "nosuch"));
        assertThatThrownBy(() -> engine.execs.startAttached(missing, 0, 0))
                .hasMessageContaining("executable file not found");
        assertThat(engine.execs.inspect(missing).exitCode()).contains(127);
    }

    private static ExecSpec exec(boolean tty, String... command) {
        return new ExecSpec(
                List.of(command), List.of(), "", "", false, tty, true, true, true, "", 0, 0);
    }

    @Test
    void terminalHasItsSize() {
        String id = life.start(Specs.run("sleep", "1000"));
        String exec = engine.execs.create(id, exec(true, "stty", "size"));
        try (AttachSession session = engine.execs.startAttached(exec, 33, 77)) {
            assertThat(Life.output(session)).contains("33 77");
        }
    }

    @Test
    void forcedRemovalEndsIt() {
        String id = life.start(Specs.run("sleep", "1000"));
        assertThatThrownBy(() -> engine.containers.remove(id, false, false))
                .hasMessageContaining("container is running: stop the container");
        engine.containers.remove(id, true, false);
        assertThat(engine.containers.list()).isEmpty();
    }

    @Test
    void topAndStatsSeeIt() {
        String id = life.start(Specs.run("sleep", "1000"));
        var top = engine.tasks.top(id, "-ef");
        assertThat(top.titles()).contains("PID", "CMD");
        assertThat(top.processes()).hasSize(1);
        assertThat(top.processes().getFirst().getLast()).isEqualTo("sleep 1000");
        Stats stats = engine.tasks.stats(id);
        assertThat(stats.running()).isTrue();
        assertThat(stats.pids()).isEqualTo(1);
        assertThat(stats.memoryUsage()).isPositive();
    }
}

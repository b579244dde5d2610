package sampan.engine.services;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sampan.engine.containers.ContainerStatus;
import sampan.engine.services.StreamService.AttachRequest;
import sampan.engine.services.StreamService.AttachSession;
import sampan.engine.snapshots.Base;
import sampan.engine.testing.Life;
import sampan.engine.testing.Specs;
import sampan.engine.testing.WholeEngine;
import sampan.linux.process.ProcessTable;

/// A daemon dies without a word, and another one goes on over the same directories.
@Tag("privileged")
class RecoveryTest {
    @TempDir Path directory;
    private WholeEngine engine;
    private Life life;

    @BeforeEach
    void start() {
        engine = new WholeEngine(directory).withImage();
        life = new Life(engine);
    }

    private void next() {
        engine = new WholeEngine(directory);
        life = new Life(engine);
        engine.recovery.recover();
    }

    @AfterEach
    void stop() {
        engine.destroy();
        assertThat(directory.resolve("run/c")).isEmptyDirectory();
        assertThat(directory.resolve("root/containers")).isEmptyDirectory();
    }

    @Test
    void runningContainerGoesOn() {
        Specs specs = Specs.shell("read line; echo got $line; exit 5");
        specs.openStdin = true;
        String id = life.start(specs);
        int pid = life.inspect(id).pid();
        engine.kill();
        next();
        assertThat(life.inspect(id).status()).isEqualTo(ContainerStatus.RUNNING);
        assertThat(life.inspect(id).pid()).isEqualTo(pid);
        try (AttachSession session =
                engine.streams.attach(id, new AttachRequest(true, true, true))) {
            session.writeStdin(
                    java.nio.ByteBuffer.wrap(
                            "word\n".getBytes(java.nio.charset.StandardCharsets.UTF_8)));
            assertThat(Life.output(session)).isEqualTo("1:got word\n");
        }
        assertThat(life.awaitEnd(id)).isEqualTo(5);
        assertThat(life.logs(id)).isEqualTo("got word\n");
    }

    @Test
    void endThatNobodyHeardIsTold() throws Exception {
        String id = life.start(Specs.shell("echo before; sleep 0.2; exit 9"));
        Path exit = directory.resolve("run/c").resolve(id.substring(0, 12)).resolve("exit");
        engine.kill();
        awaitFile(exit);
        next();
        assertThat(life.awaitEnd(id)).isEqualTo(9);
        assertThat(engine.actions()).contains("container die");
        assertThat(life.logs(id)).isEqualTo("before\n");
    }

    private static void awaitFile(Path file) throws IOException, InterruptedException {
        try (var watch = file.getFileSystem().newWatchService()) {
            Path parent = java.util.Objects.requireNonNull(file.getParent());
            var key = parent.register(watch, java.nio.file.StandardWatchEventKinds.ENTRY_CREATE);
            while (!Files.exists(file)) {
                watch.poll(10, java.util.concurrent.TimeUnit.SECONDS);
                key.pollEvents();
                key.reset();
            }
        }
    }

    @Test
    void autoRemovedOneIsRemovedAfterwards() throws Exception {
        Specs specs = Specs.shell("sleep 0.2");
        specs.autoRemove = true;
        String id = life.start(specs);
        Path exit = directory.resolve("run/c").resolve(id.substring(0, 12)).resolve("exit");
        engine.kill();
        awaitFile(exit);
        next();
        try {
            engine.tasks
                    .waitFor(id, TaskService.WaitCondition.REMOVED)
                    .orTimeout(30, java.util.concurrent.TimeUnit.SECONDS)
                    .exceptionally(_ -> null)
                    .join();
        } catch (sampan.errors.SampanException gone) {
            // It may be removed already when the new daemon is asked.
            assertThat(gone.code()).isEqualTo(sampan.errors.ErrorCode.NOT_FOUND);
        }
        assertThat(engine.containers.list()).isEmpty();
    }

    @Test
    void halfMadeContainerIsCleaned() throws Exception {
        Path half = directory.resolve("root/containers").resolve("a".repeat(64));
        Files.createDirectory(half);
        engine.stores.snapshots().prepare("a".repeat(64), baseOfBusybox());
        engine.kill();
        next();
        assertThat(half).doesNotExist();
        assertThat(engine.stores.snapshots().keys()).isEmpty();
    }

    private Base baseOfBusybox() {
        return engine.stores.images().resolve("busybox").base();
    }

    @Test
    void halfStartedTaskIsCleaned() throws Exception {
        String id = life.create(Specs.run("true"));
        Path task = directory.resolve("run/c").resolve(id.substring(0, 12));
        Files.createDirectory(task);
        String cgroup = engine.cgroupParent + "/" + id;
        engine.cgroups.create(cgroup, sampan.linux.cgroups.CgroupLimits.NONE);
        Files.writeString(
                task.resolve("task.json"),
                "{\"format\":1,\"container\":\""
                        + id
                        + "\",\"cgroup\":\""
                        + cgroup
                        + "\",\"ports\":[]}");
        engine.kill();
        next();
        assertThat(task).doesNotExist();
        assertThat(engine.cgroups.open(cgroup).exists()).isFalse();
        assertThat(life.inspect(id).status()).isEqualTo(ContainerStatus.CREATED);
        assertThat(life.run(id)).isZero();
    }

    @Test
    void cgroupOfNobodyIsSwept() {
        String stray = engine.cgroupParent + "/" + "b".repeat(64);
        engine.cgroups.create(stray, sampan.linux.cgroups.CgroupLimits.NONE);
        engine.kill();
        next();
        assertThat(engine.cgroups.open(stray).exists()).isFalse();
    }

    @Test
    void killedMonitorEndsItsContainer() throws Exception {
        String id = life.start(Specs.run("sleep", "1000"));
        int init = life.inspect(id).pid();
        int monitor = ProcessTable.of(init).orElseThrow().ppid();
        engine.kill();
        sampan.linux.process.Pidfd.open(monitor).sendSignal(9);
        next();
        assertThat(life.awaitEnd(id)).isEqualTo(255);
        assertThat(life.inspect(id).error()).contains("monitor was killed");
        Life.within(
                ProcessHandle.of(init)
                        .map(ProcessHandle::onExit)
                        .orElseGet(() ->
                                java.util.concurrent.CompletableFuture.completedFuture(null)));
    }

    @Test
    void pausedOneStaysPaused() {
        String id = life.start(Specs.run("sleep", "1000"));
        engine.tasks.pause(id);
        engine.kill();
        next();
        assertThat(life.inspect(id).status()).isEqualTo(ContainerStatus.PAUSED);
        engine.tasks.unpause(id);
        engine.tasks.stop(id, Optional.empty(), Optional.of(Duration.ofMinutes(1)));
        assertThat(life.inspect(id).status()).isEqualTo(ContainerStatus.EXITED);
    }
}

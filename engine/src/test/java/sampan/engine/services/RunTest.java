package sampan.engine.services;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sampan.engine.containers.Container;
import sampan.engine.containers.ContainerStatus;
import sampan.engine.services.StreamService.LogRequest;
import sampan.engine.services.StreamService.LogSink;
import sampan.engine.services.TaskService.WaitCondition;
import sampan.engine.testing.Specs;
import sampan.engine.testing.WholeEngine;

/// A container from its making to its removal.
@Tag("privileged")
class RunTest {
    @TempDir Path directory;
    private WholeEngine engine;

    @BeforeEach
    void start() {
        engine = new WholeEngine(directory).withImage();
    }

    @AfterEach
    void stop() {
        engine.destroy();
    }

    private String create(Specs specs) {
        return engine.containers.create(Optional.empty(), specs.spec()).id().value();
    }

    private int run(String id) throws Exception {
        var end = engine.tasks.waitFor(id, WaitCondition.NEXT_EXIT);
        engine.tasks.start(id, Optional.empty());
        return end.get(60, TimeUnit.SECONDS).exitCode();
    }

    private String logs(String id) {
        StringBuilder text = new StringBuilder();
        engine.streams.logs(
                id,
                new LogRequest(false, true, true, Optional.empty(), Optional.empty(), -1),
                new LogSink() {
                    @Override
                    public void entry(int stream, ByteBuffer time, ByteBuffer line) {
                        text.append(stream).append(' ').append(StandardCharsets.UTF_8.decode(line));
                    }

                    @Override
                    public void flush() {}
                });
        return text.toString();
    }

    @Test
    void runsAndEndsWithItsExitCode() throws Exception {
        String id = create(Specs.shell("echo hello; echo trouble >&2; exit 3"));
        assertThat(run(id)).isEqualTo(3);
        assertThat(logs(id)).contains("1 hello\n").contains("2 trouble\n");
        Container ended = engine.containers.inspect(id);
        assertThat(ended.status()).isEqualTo(ContainerStatus.EXITED);
        assertThat(ended.exitCode()).isEqualTo(3);
        engine.containers.remove(id, false, false);
        assertThatThrownBy(() -> engine.containers.inspect(id))
                .hasMessage("No such container: " + id);
        assertThat(engine.actions())
                .containsSubsequence(
                        "container create",
                        "container start",
                        "container die",
                        "container destroy");
    }
}

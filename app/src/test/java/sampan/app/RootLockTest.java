package sampan.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sampan.app.settings.Settings;
import sampan.errors.SampanException;
import sampan.linux.sockets.SocketType;
import sampan.linux.sockets.UnixSocket;

/// Clients that come at one time each start a daemon, and all but one of these find the lock taken.
class RootLockTest {
    @TempDir Path directory;
    private Settings settings;

    @BeforeEach
    void settings() throws IOException {
        List<String> places =
                List.of(
                        "--root",
                        directory.resolve("root").toString(),
                        "--run",
                        directory.resolve("run").toString());
        settings = Settings.parse(places.toArray(String[]::new), Map.of());
        Files.createDirectories(settings.root());
        Files.createDirectories(settings.run());
    }

    private FutureTask<Optional<RootLock>> second() {
        Callable<Optional<RootLock>> take = () -> RootLock.take(settings, true);
        FutureTask<Optional<RootLock>> second = new FutureTask<>(take);
        Thread.ofPlatform().daemon().start(second);
        return second;
    }

    @Test
    void whoeverStartsByHandIsToldAtOnce() throws InterruptedException {
        try (RootLock _ = RootLock.take(settings, false).orElseThrow()) {
            assertThatThrownBy(() -> RootLock.take(settings, false))
                    .isInstanceOf(SampanException.class)
                    .hasMessage(
                            "another daemon works in "
                                    + settings.root()
                                    + "; end it, or give --root another place");
        }
    }

    @Test
    void aClientsDaemonWaitsUntilTheOtherServes() throws Exception {
        try (RootLock _ = RootLock.take(settings, true).orElseThrow()) {
            FutureTask<Optional<RootLock>> second = second();
            String socket = settings.run().resolve(Daemon.CLIENT_SOCKET).toString();
            try (UnixSocket _ = UnixSocket.listen(socket, SocketType.STREAM, 0600, 4)) {
                assertThat(second.get(RootLock.OTHER_MAX.toSeconds(), TimeUnit.SECONDS)).isEmpty();
            }
        }
    }

    @Test
    void aClientsDaemonTakesOverFromOneThatEnds() throws Exception {
        FutureTask<Optional<RootLock>> second;
        try (RootLock _ = RootLock.take(settings, true).orElseThrow()) {
            second = second();
        }
        second.get(RootLock.OTHER_MAX.toSeconds(), TimeUnit.SECONDS).orElseThrow().close();
    }
}

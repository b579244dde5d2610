package sampan.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedDeque;
import sampan.api.ApiServer;
import sampan.api.system.Product;
import sampan.app.dispatch.Cli;
import sampan.app.runc.dispatch.RuncCli;
import sampan.app.session.SessionServer;
import sampan.app.settings.Settings;
import sampan.buildkit.BuildKit;
import sampan.engine.services.Engine;
import sampan.errors.SampanException;

/// A running daemon: sockets that listen, and the engine behind them. The sockets answer before the
/// engine is ready; what needs it waits.
final class Daemon implements AutoCloseable {
    /// How long requests that run may go on when the daemon ends. Who waits or follows for ever is
    /// cut off then.
    private static final Duration GRACE = Duration.ofSeconds(1);

    private static final int SOCKET_MODE = 0660;
    static final String CLIENT_SOCKET = "cli.sock";

    private final Deque<AutoCloseable> closing = new ConcurrentLinkedDeque<>();

    private Daemon() {}

    /// Listens, then brings the engine up. Nothing stays open when it fails.
    static Daemon start(Settings settings) throws IOException {
        Daemon daemon = new Daemon();
        CompletableFuture<Engine> engine = new CompletableFuture<>();
        try {
            Product product = new Product(Settings.VERSION, "", "");
            ApiServer api =
                    ApiServer.open(
                            ApiServer.Settings.of(settings.socket(), product),
                            () -> joined(engine),
                            ready -> daemon.buildKit(ready, settings));
            AutoCloseable gate = () -> api.close(GRACE);
            daemon.closing.push(gate);
            EngineWiring.Running running = EngineWiring.start(settings);
            daemon.closing.push(running);
            engine.complete(running.engine());
            daemon.closing.push(serve(settings, running));
            // First of all: nobody is served any more by an engine whose parts go one by one.
            daemon.closing.remove(gate);
            daemon.closing.push(gate);
            return daemon;
        } catch (RuntimeException | IOException e) {
            engine.completeExceptionally(e);
            daemon.close();
            throw e;
        }
    }

    // Made when the first client asks for it; closed last of all, when nobody is served any more.
    private BuildKit buildKit(Engine engine, Settings settings) {
        BuildKit made = new BuildKit(engine, settings.run().resolve("buildkit"), Settings.VERSION);
        closing.addLast(made);
        return made;
    }

    private static Engine joined(CompletableFuture<Engine> engine) {
        try {
            return engine.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof SampanException s ? s : e;
        }
    }

    /// The lock on ROOT is ours: a socket that is there was left by a daemon that is gone.
    private static SessionServer serve(Settings settings, EngineWiring.Running running)
            throws IOException {
        Path socket = settings.run().resolve(CLIENT_SOCKET);
        Files.deleteIfExists(socket);
        Cli own = new Cli(running.engine(), settings);
        RuncCli runc = new RuncCli(running.runtime());
        SessionServer server =
                SessionServer.start(
                        socket,
                        SOCKET_MODE,
                        caller -> RuncCli.isMeant(caller) ? runc.run(caller) : own.run(caller));
        Files.setAttribute(socket, "unix:gid", Files.getAttribute(settings.socket(), "unix:gid"));
        return server;
    }

    @Override
    public void close() {
        while (!closing.isEmpty()) {
            try {
                closing.pop().close();
            } catch (Exception e) {
                System.getLogger("sampand")
                        .log(System.Logger.Level.WARNING, "closing: " + e.getMessage());
            }
        }
    }
}

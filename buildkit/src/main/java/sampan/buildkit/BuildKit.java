package sampan.buildkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import sampan.api.builds.BuildWire;
import sampan.buildkit.control.Control;
import sampan.buildkit.control.Gateway;
import sampan.buildkit.control.OfferedSessions;
import sampan.buildkit.control.Solver;
import sampan.buildkit.control.WatchedSolve;
import sampan.buildkit.grpc.Junction;
import sampan.buildkit.session.Scratch;
import sampan.buildkit.session.Session;
import sampan.buildkit.session.Sessions;
import sampan.engine.services.Engine;
import sampan.http.Transport;

/// BuildKit's wire before an engine.
public final class BuildKit implements BuildWire, AutoCloseable {
    private final Sessions sessions = new Sessions();
    private final Solver solver;
    private final Junction junction;
    private final Scratch scratch;

    /// @param directory for what lives as long as the daemon; ours alone, emptied here, its parent
    ///   is there
    /// @param version of this engine
    public BuildKit(Engine engine, Path directory, String version) {
        this.scratch = Scratch.at(directory);
        this.solver = new Solver(engine, sessions, directory);
        try {
            this.junction =
                    new Junction(
                            directory,
                            List.of(
                                    new Control(
                                            solver, new OfferedSessions(this::session), version),
                                    new Gateway(solver, version)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void control(Transport connection) {
        try {
            junction.serve(connection);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void session(Transport connection, Offer offer) {
        sessions.check(offer);
        try {
            junction.call(
                    connection,
                    channel -> {
                        Session session = sessions.add(offer, channel);
                        return () -> sessions.remove(session);
                    });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Map<String, String> build(Asked asked, Watching watching) throws InterruptedException {
        return new WatchedSolve(solver, watching).run(asked);
    }

    @Override
    public void cancel(String id) {
        solver.cancel(id);
    }

    @Override
    public void close() {
        junction.close();
        scratch.close();
    }
}

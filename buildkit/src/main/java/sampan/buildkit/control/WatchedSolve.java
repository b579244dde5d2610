package sampan.buildkit.control;

import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sampan.api.builds.BuildWire.Asked;
import sampan.api.builds.BuildWire.Watching;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

/// One solve for somebody who did not come by gRPC, watched by a thread of its own.
public final class WatchedSolve {
    private final Solver solver;
    private final Watching watching;
    private Optional<Thread> watcher = Optional.empty();

    public WatchedSolve(Solver solver, Watching watching) {
        this.solver = solver;
        this.watching = watching;
    }

    /// Returns when everything was shown that is to be shown.
    public Map<String, String> run(Asked asked) throws InterruptedException {
        SolveRequest request =
                new SolveRequest(
                        asked.id(),
                        asked.session(),
                        "dockerfile.v0",
                        asked.attributes(),
                        asked.outputs().stream()
                                .map(o -> new SolveRequest.Exporter(o.type(), o.attributes()))
                                .toList(),
                        List.of(),
                        asked.cacheFrom().stream()
                                .map(ref -> new SolveRequest.Cache("registry", Map.of("ref", ref)))
                                .toList(),
                        asked.entitlements(),
                        false);
        try {
            return solver.solve(request, this::watch);
        } catch (StatusRuntimeException e) {
            throw new SampanException(
                    ErrorCode.INVALID, String.valueOf(e.getStatus().getDescription()), e);
        } finally {
            if (watcher.isPresent()) {
                watcher.get().join();
            }
        }
    }

    private void watch(Job job) {
        watcher = Optional.of(Thread.ofVirtual().start(() -> show(job)));
    }

    // A client that does not read is a client that is gone.
    private void show(Job job) {
        try {
            int number = 0;
            for (Optional<byte[]> next = job.progress.get(number);
                    next.isPresent();
                    next = job.progress.get(number)) {
                watching.status(next.get());
                number++;
            }
        } catch (IOException e) {
            job.cancel();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

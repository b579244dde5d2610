package sampan.engine.disk;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToLongFunction;
import sampan.engine.containers.ContainerFiles;
import sampan.engine.containers.ContainerHandle;
import sampan.engine.containers.Containers;
import sampan.engine.disk.Candidate.Kind;

/// Logs of containers that ended, and, where the settings say so, the containers themselves.
public final class ContainerSource implements Source {
    /// Bytes at the end of a log that stay.
    public static final long LOG_BYTES_KEPT = 1 << 20;

    private final Containers containers;
    private final ToLongFunction<ContainerHandle> removal;
    private final DiskSettings settings;

    /// @param removal removes a container that ended; returns bytes on disk that were freed
    public ContainerSource(
            Containers containers, ToLongFunction<ContainerHandle> removal, DiskSettings settings) {
        this.containers = containers;
        this.removal = removal;
        this.settings = settings;
    }

    private record Ended(ContainerHandle handle, Instant since) {}

    @Override
    public List<Candidate> candidates(Instant now) {
        List<Candidate> found = new ArrayList<>();
        containers.all().stream()
                .filter(handle -> !handle.view().status().alive())
                .filter(handle -> handle.view().finishedAt().isPresent())
                .map(handle -> new Ended(handle, handle.view().finishedAt().orElseThrow()))
                .sorted(Comparator.comparing(Ended::since))
                .forEach(ended -> add(ended, now, found));
        return found;
    }

    private void add(Ended ended, Instant now, List<Candidate> found) {
        ContainerFiles files = containers.files();
        String name = ended.handle().record().name();
        long log = files.cuttableLog(ended.handle().id(), LOG_BYTES_KEPT);
        if (log > 0) {
            found.add(
                    new Candidate(
                            Kind.LOG,
                            "of container " + name,
                            "it ended " + ended.since() + "; the last MiB stays",
                            log,
                            () ->
                                    inTurn(
                                            ended,
                                            () ->
                                                    files.cutLog(
                                                            ended.handle().id(), LOG_BYTES_KEPT))));
        }
        boolean old =
                settings.stopped().filter(age -> !ended.since().plus(age).isAfter(now)).isPresent();
        if (old) {
            found.add(
                    new Candidate(
                            Kind.CONTAINER,
                            name,
                            "it ended " + ended.since(),
                            log,
                            () -> isSame(ended) ? removal.applyAsLong(ended.handle()) : 0));
        }
    }

    // Nobody starts it while its log is cut.
    private static long inTurn(Ended ended, Candidate.Removal cut) {
        return ended.handle().turn().call(() -> isSame(ended) ? cut.run() : 0L);
    }

    private static boolean isSame(Ended ended) {
        return !ended.handle().gone()
                && !ended.handle().view().status().alive()
                && ended.handle().view().finishedAt().filter(ended.since()::equals).isPresent();
    }
}

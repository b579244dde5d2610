package sampan.engine.disk;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import sampan.engine.containers.ContainerHandle;
import sampan.engine.containers.Containers;
import sampan.engine.containers.LogCutting;
import sampan.engine.containers.LogLimits;
import sampan.engine.disk.Candidate.Kind;

/// Logs of containers, and, where the settings say so, the containers themselves.
public final class ContainerSource implements Source {
    /// Bytes at the end of a log that stay.
    public static final long LOG_BYTES_KEPT = 1 << 20;

    private final Containers containers;
    private final ToLongFunction<ContainerHandle> removal;
    private final Consumer<ContainerHandle> reopening;
    private final DiskSettings settings;

    /// @param removal removes a container that ended; returns bytes on disk that were freed
    /// @param reopening has the monitor of one that runs begin another file of its log
    public ContainerSource(
            Containers containers,
            ToLongFunction<ContainerHandle> removal,
            Consumer<ContainerHandle> reopening,
            DiskSettings settings) {
        this.containers = containers;
        this.removal = removal;
        this.reopening = reopening;
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
        containers.all().stream()
                .filter(ContainerSource::logsWithoutBound)
                .forEach(handle -> addRunning(handle, found));
        return found;
    }

    private static boolean logsWithoutBound(ContainerHandle handle) {
        return handle.view().status().alive()
                && LogLimits.of(handle.record().spec().lifecycle()).maxBytes() < 0;
    }

    private void addRunning(ContainerHandle handle, List<Candidate> found) {
        LogCutting log = containers.files().logCutting(handle.id());
        long bytes = log.turnable(LOG_BYTES_KEPT);
        if (bytes > LOG_BYTES_KEPT) {
            found.add(
                    new Candidate(
                            Kind.RUNNING_LOG,
                            "of container " + handle.record().name(),
                            "it runs and has no max-size; the last MiB stays",
                            bytes,
                            () ->
                                    handle.turn()
                                            .call(() ->
                                                    logsWithoutBound(handle) && !handle.gone()
                                                            ? log.turn(
                                                                    LOG_BYTES_KEPT,
                                                                    () -> reopening.accept(handle))
                                                            : 0L)));
        }
    }

    private void add(Ended ended, Instant now, List<Candidate> found) {
        LogCutting cutting = containers.files().logCutting(ended.handle().id());
        String name = ended.handle().record().name();
        long log = cutting.cuttable(LOG_BYTES_KEPT);
        if (log > 0) {
            found.add(
                    new Candidate(
                            Kind.LOG,
                            "of container " + name,
                            "it ended " + ended.since() + "; the last MiB stays",
                            log,
                            () -> inTurn(ended, () -> cutting.cut(LOG_BYTES_KEPT))));
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

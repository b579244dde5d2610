package sampan.engine.services;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import sampan.engine.events.Event;
import sampan.engine.events.EventLog;
import sampan.engine.filters.Filters;
import sampan.engine.volumes.Volume;
import sampan.engine.volumes.Volumes;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

/// Volumes, with Docker's filters and events.
public final class EngineVolumes implements VolumeService {
    private static final Set<String> LIST_FILTERS = Set.of("dangling", "driver", "label", "name");
    private static final Set<String> PRUNE_FILTERS = Set.of("all", "label", "label!");

    private final Volumes volumes;
    private final EventLog events;

    public EngineVolumes(Volumes volumes, EventLog events) {
        this.volumes = volumes;
        this.events = events;
    }

    @Override
    public Created create(
            String name, String driver, Map<String, String> options, Map<String, String> labels) {
        Volumes.Created created =
                volumes.create(
                        new Volumes.Request(name, driver, options, labels, Optional.empty()));
        if (!created.existed()) {
            publish("create", created.volume());
        }
        return new Created(created.volume(), created.existed());
    }

    @Override
    public Volume inspect(String name) {
        return volumes.find(name)
                .orElseThrow(() -> SampanException.notFound("get " + name + ": no such volume"));
    }

    @Override
    public List<Volume> list(Map<String, List<String>> filters) {
        Filters wanted = Filters.of(filters, LIST_FILTERS);
        var dangling = wanted.truth("dangling");
        return volumes.list().stream()
                .filter(v -> wanted.exact("driver", v.driver()))
                .filter(v -> wanted.labels("label", v.labels()))
                .filter(v -> wanted.matches("name", v.name()))
                .filter(v -> dangling.isEmpty() || dangling.get() == unused(v))
                .toList();
    }

    private boolean unused(Volume volume) {
        return volumes.referrers(volume.name()).isEmpty();
    }

    @Override
    public void remove(String name, boolean force) {
        var volume = volumes.find(name);
        if (volume.isEmpty() && force) {
            return;
        }
        volumes.remove(name);
        volume.ifPresent(v -> publish("destroy", v));
    }

    @Override
    public Pruned prune(Map<String, List<String>> filters) {
        Filters wanted = Filters.of(filters, PRUNE_FILTERS);
        boolean named = wanted.truth("all").orElse(false);
        List<String> names = new ArrayList<>();
        long bytes = 0;
        for (Volume volume : volumes.list()) {
            if (!unused(volume)
                    || !(named || volume.anonymous())
                    || !wanted.labelsForPrune(volume.labels())) {
                continue;
            }
            long size = volumes.allocated(volume);
            try {
                remove(volume.name(), false);
                names.add(volume.name());
                bytes += size;
            } catch (SampanException e) {
                // Taken or removed by somebody else meanwhile.
                if (e.code() != ErrorCode.CONFLICT && e.code() != ErrorCode.NOT_FOUND) {
                    throw e;
                }
            }
        }
        events.publish(
                new Event(
                        "volume",
                        "prune",
                        "",
                        Map.of("reclaimed", Long.toString(bytes)),
                        Instant.now()));
        return new Pruned(List.copyOf(names), bytes);
    }

    @Override
    public Usage usage(String name) {
        return new Usage(volumes.size(inspect(name)), volumes.referrers(name).size());
    }

    private void publish(String action, Volume volume) {
        events.publish(
                new Event(
                        "volume",
                        action,
                        volume.name(),
                        Map.of("driver", volume.driver()),
                        Instant.now()));
    }
}

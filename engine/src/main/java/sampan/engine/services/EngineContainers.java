package sampan.engine.services;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import sampan.engine.containers.Container;
import sampan.engine.containers.ContainerFilter;
import sampan.engine.containers.ContainerHandle;
import sampan.engine.containers.ContainerSpec;
import sampan.engine.containers.Containers;
import sampan.engine.containers.LifecycleSpec.RestartPolicy;
import sampan.engine.containers.ResourceSpec;
import sampan.engine.events.Event;
import sampan.engine.events.EventLog;
import sampan.engine.filters.Filters;
import sampan.engine.images.ImageStore;
import sampan.engine.images.ResolvedImage;
import sampan.engine.snapshots.Snapshotter;
import sampan.engine.store.OnDisk;
import sampan.engine.tasks.TaskTable;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.oci.image.Platform;

/// Containers as data: made, found, listed, changed, removed.
public final class EngineContainers implements ContainerService {
    private static final Set<String> PRUNE_FILTERS = Set.of("label", "label!", "until");

    private final Containers containers;
    private final ContainerCreation creation;
    private final ContainerRemoval removal;
    private final ContainerUpdate updating;
    private final Parts parts;

    /// What it works with.
    public record Parts(
            Containers containers,
            ContainerCreation creation,
            ContainerRemoval removal,
            ContainerUpdate update,
            TaskTable tasks,
            ImageStore images,
            Snapshotter snapshots,
            ContainerEvents events,
            EventLog log) {}

    public EngineContainers(Parts parts) {
        this.containers = parts.containers();
        this.creation = parts.creation();
        this.removal = parts.removal();
        this.updating = parts.update();
        this.parts = parts;
    }

    @Override
    public Created create(Optional<String> name, ContainerSpec spec) {
        return creation.create(name, spec);
    }

    @Override
    public Created create(Optional<String> name, ContainerSpec spec, Platform platform) {
        return creation.create(name, spec, platform);
    }

    @Override
    public Container inspect(String reference) {
        ContainerHandle handle = containers.resolve(reference);
        Container view = handle.view();
        // Its record hears of processes that were killed when it ends; its cgroup knows now.
        return parts.tasks()
                .find(handle.id())
                .filter(task -> task.cgroup().oomKills() > 0)
                .map(_ -> view.withOomKilled())
                .orElse(view);
    }

    @Override
    public Size size(String reference) {
        ContainerHandle handle = containers.resolve(reference);
        long writable = parts.snapshots().usage(handle.id().value()).bytes();
        long image =
                parts.images()
                        .find(handle.record().origin().imageId())
                        .map(found -> found.image().size())
                        .orElse(0L);
        return new Size(writable, image + writable);
    }

    @Override
    public List<Container> list() {
        return containers.views();
    }

    @Override
    public List<Container> list(boolean all, int limit, Map<String, List<String>> filters) {
        ContainerFilter filter =
                ContainerFilter.of(filters, r -> containers.resolve(r).view(), this::images);
        List<Container> listed = containers.views();
        if (!all && limit <= 0 && !filter.meansAll()) {
            listed = listed.stream().filter(c -> c.status().alive()).toList();
        }
        List<Container> picked = filter.apply(listed);
        return limit > 0 && picked.size() > limit ? picked.subList(0, limit) : picked;
    }

    // The image itself and all that were made of it.
    private List<String> images(String reference) {
        List<String> ids = new ArrayList<>();
        parts.images().find(reference).ifPresent(image -> collect(image, ids));
        return ids;
    }

    private void collect(ResolvedImage image, List<String> ids) {
        ids.add(image.image().id());
        parts.images().images().stream()
                .filter(other -> ids.contains(other.parent()) && !ids.contains(other.id()))
                .forEach(other -> ids.add(other.id()));
    }

    @Override
    public void rename(String reference, String name) {
        if (name.isEmpty() || name.equals("/")) {
            throw SampanException.invalid("Neither old nor new names may be empty");
        }
        ContainerHandle handle = containers.resolve(reference);
        handle.turn()
                .run(() -> {
                    String before = handle.record().name();
                    String bare = name.startsWith("/") ? name.substring(1) : name;
                    if (bare.equals(before)) {
                        throw SampanException.invalid(
                                "Renaming a container with the same name as its current" + " name");
                    }
                    renamed(handle, name);
                    parts.events()
                            .publish(handle.record(), "rename", Map.of("oldName", "/" + before));
                });
    }

    private void renamed(ContainerHandle handle, String name) {
        try {
            containers.rename(handle, name);
        } catch (SampanException e) {
            throw new SampanException(
                    e.code(), "Error when allocating new name: " + e.getMessage(), e);
        }
    }

    @Override
    public List<String> update(
            String reference, ResourceSpec resources, Optional<RestartPolicy> restart) {
        return updating.update(containers.resolve(reference), resources, restart);
    }

    @Override
    public void remove(String reference, boolean force, boolean withVolumes) {
        removal.remove(reference, force, withVolumes);
    }

    /// Removes a container that ended.
    ///
    /// @return bytes on disk that its files, its log and its records took
    public long removeMeasured(ContainerHandle handle) {
        long records = OnDisk.tree(handle.directory());
        return records + removal.remove(handle.id().value(), false, false).bytes();
    }

    @Override
    public Pruned prune(Map<String, List<String>> filters) {
        Filters wanted = Filters.of(filters, PRUNE_FILTERS);
        Optional<Instant> until = wanted.until(Instant.now());
        List<String> ids = new ArrayList<>();
        long bytes = 0;
        for (ContainerHandle handle : containers.all()) {
            Container view = handle.view();
            boolean old = until.isEmpty() || view.created().isBefore(until.get());
            if (view.status().alive() || !old || !wanted.labelsForPrune(view.spec().labels())) {
                continue;
            }
            try {
                bytes += removeMeasured(handle);
                ids.add(view.id().value());
            } catch (SampanException e) {
                // Started or removed by somebody else meanwhile.
                if (e.code() != ErrorCode.CONFLICT && e.code() != ErrorCode.NOT_FOUND) {
                    throw e;
                }
            }
        }
        parts.log()
                .publish(
                        new Event(
                                "container",
                                "prune",
                                "",
                                Map.of("reclaimed", Long.toString(bytes)),
                                Instant.now()));
        return new Pruned(List.copyOf(ids), bytes);
    }
}

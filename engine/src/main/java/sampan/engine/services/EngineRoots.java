package sampan.engine.services;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import sampan.engine.archives.ContainerRoots;
import sampan.engine.containers.Container.MountPoint;
import sampan.engine.containers.ContainerHandle;
import sampan.engine.containers.ContainerRecord;
import sampan.engine.containers.ContainerSpec;
import sampan.engine.containers.ContainerState;
import sampan.engine.containers.Containers;
import sampan.engine.images.Image.ImageConfig;
import sampan.engine.tasks.Task;
import sampan.engine.tasks.TaskTable;
import sampan.engine.volumes.Volumes;

/// The containers' side of what copies and commits their files.
public final class EngineRoots implements ContainerRoots {
    private final Containers containers;
    private final TaskTable tasks;
    private final Volumes volumes;
    private final ContainerEvents events;

    public EngineRoots(
            Containers containers, TaskTable tasks, Volumes volumes, ContainerEvents events) {
        this.containers = containers;
        this.tasks = tasks;
        this.volumes = volumes;
        this.events = events;
    }

    @Override
    public ContainerRoot open(String reference) {
        ContainerRecord record = containers.resolve(reference).record();
        int pid = record.state().pid();
        return new ContainerRoot(
                record.id().value(),
                record.name(),
                record.spec().image(),
                record.origin().imageId(),
                record.id().value(),
                pid == 0 ? OptionalInt.empty() : OptionalInt.of(pid),
                mounts(record),
                record.spec().security().readonlyRootfs(),
                config(record.spec()));
    }

    private List<Mounted> mounts(ContainerRecord record) {
        List<Mounted> mounts = new ArrayList<>();
        for (int i = 0; i < record.origin().mounts().size(); i++) {
            MountPoint mount = record.origin().mounts().get(i);
            String subpath = record.origin().mountSources().get(i).subpath();
            source(mount)
                    .ifPresent(source ->
                            mounts.add(
                                    new Mounted(
                                            mount.destination(),
                                            source.resolve(subpath),
                                            !mount.writable())));
        }
        return mounts;
    }

    private Optional<Path> source(MountPoint mount) {
        return switch (mount.type()) {
            case "bind" -> Optional.of(Path.of(mount.source()));
            case "volume" -> volumes.find(mount.name()).map(volumes::source);
            default -> Optional.empty();
        };
    }

    private static ImageConfig config(ContainerSpec spec) {
        return new ImageConfig(
                spec.process().user(),
                spec.network().exposedPorts(),
                spec.process().env(),
                spec.process().entrypoint().orElse(List.of()),
                spec.process().command().orElse(List.of()),
                spec.storage().anonymousVolumes(),
                spec.process().workingDir(),
                spec.labels(),
                spec.lifecycle().stopSignal(),
                List.of(),
                List.of(),
                false,
                spec.lifecycle().healthCheck());
    }

    @Override
    public Pause pause(String reference) {
        ContainerHandle handle = containers.resolve(reference);
        Optional<Task> running =
                handle.state() instanceof ContainerState.Running
                        ? tasks.find(handle.id())
                        : Optional.empty();
        running.ifPresent(task ->
                handle.turn()
                        .run(() -> {
                            task.cgroup().freeze();
                            events.publish(handle.record(), "pause");
                        }));
        return () ->
                running.ifPresent(task ->
                        handle.turn()
                                .run(() -> {
                                    // Somebody may have paused it for good.
                                    if (handle.state() instanceof ContainerState.Running) {
                                        task.cgroup().thaw();
                                        events.publish(handle.record(), "unpause");
                                    }
                                }));
    }
}

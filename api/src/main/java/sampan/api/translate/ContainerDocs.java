package sampan.api.translate;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import sampan.api.call.ApiVersion;
import sampan.api.wire.Doc;
import sampan.engine.containers.Container;
import sampan.engine.containers.Container.MountPoint;
import sampan.engine.containers.ContainerStatus;
import sampan.engine.services.ContainerService.Size;

/// Containers as inspect and list show them.
public final class ContainerDocs {
    private static final String STORAGE_DRIVER = "overlay2";

    private ContainerDocs() {}

    /// GET /containers/ID/json.
    public static Doc inspect(Container container, Optional<Size> size) {
        Doc doc =
                Doc.of()
                        .put("Id", container.id().value())
                        .put("Created", Times.text(container.created()))
                        .put("Path", container.path())
                        .put("Args", container.arguments())
                        .put("State", state(container))
                        .put("Image", container.imageId())
                        .put("ResolvConfPath", path(container.resolvConfPath()))
                        .put("HostnamePath", path(container.hostnamePath()))
                        .put("HostsPath", path(container.hostsPath()))
                        .put("LogPath", path(container.logPath()))
                        .put("Name", "/" + container.name())
                        .put("RestartCount", container.restartCount())
                        .put("Driver", STORAGE_DRIVER)
                        .put("Platform", "linux")
                        .put("MountLabel", "")
                        .put("ProcessLabel", "")
                        .put("AppArmorProfile", "")
                        .putOrNull("ExecIDs", container.execIds())
                        .put("HostConfig", HostConfigDoc.of(container))
                        .put(
                                "GraphDriver",
                                Doc.of().put("Data", graph(container)).put("Name", STORAGE_DRIVER));
        size.ifPresent(s -> doc.put("SizeRw", s.writable()).put("SizeRootFs", s.root()));
        return doc.put("Mounts", container.mounts().stream().map(ContainerDocs::mount).toList())
                .put("Config", ConfigDoc.of(container))
                .put("NetworkSettings", NetworkDoc.settings(container));
    }

    private static Map<String, String> graph(Container container) {
        Map<String, String> graph = Doc.sorted(container.directories());
        graph.put("ID", container.id().value());
        return graph;
    }

    private static String path(Optional<Path> path) {
        return path.map(Object::toString).orElse("");
    }

    private static Doc state(Container container) {
        ContainerStatus status = container.status();
        return Doc.of()
                .put("Status", status.word())
                .put("Running", status.alive() || status == ContainerStatus.RESTARTING)
                .put("Paused", status == ContainerStatus.PAUSED)
                .put("Restarting", status == ContainerStatus.RESTARTING)
                .put("OOMKilled", container.oomKilled())
                .put("Dead", status == ContainerStatus.DEAD)
                .put("Pid", container.pid())
                .put("ExitCode", container.exitCode())
                .put("Error", container.error())
                .put("StartedAt", Times.text(container.startedAt()))
                .put("FinishedAt", Times.text(container.finishedAt()));
    }

    private static Doc mount(MountPoint mount) {
        return Doc.of()
                .put("Type", mount.type())
                .putUnlessEmpty("Name", mount.name())
                .put("Source", mount.source())
                .put("Destination", mount.destination())
                .putUnlessEmpty("Driver", mount.driver())
                .put("Mode", mount.mode())
                .put("RW", mount.writable())
                .put("Propagation", mount.propagation());
    }

    /// One element of GET /containers/json.
    public static Doc summary(
            Container container, Optional<Size> size, ApiVersion version, Instant now) {
        Doc doc =
                Doc.of()
                        .put("Id", container.id().value())
                        .put("Names", List.of("/" + container.name()))
                        .put("Image", container.spec().image())
                        .put("ImageID", container.imageId())
                        .put("Command", command(container))
                        .put("Created", container.created().getEpochSecond())
                        .put("Ports", NetworkDoc.summary(container))
                        .put("Labels", Doc.sorted(container.spec().labels()))
                        .put("State", container.status().word())
                        .put("Status", status(container, now));
        size.ifPresent(s ->
                doc.putUnlessEmpty("SizeRw", s.writable()).putUnlessEmpty("SizeRootFs", s.root()));
        Doc host = Doc.of().put("NetworkMode", NetworkDoc.mode(container));
        if (version.atLeast(46)) {
            host.putUnlessEmpty("Annotations", Doc.sorted(container.spec().annotations()));
        }
        return doc.put("HostConfig", host)
                .put("NetworkSettings", Doc.of().put("Networks", NetworkDoc.networks(container)))
                .put("Mounts", container.mounts().stream().map(ContainerDocs::mount).toList());
    }

    private static String command(Container container) {
        String arguments =
                container.arguments().stream()
                        .map(a -> a.indexOf(' ') >= 0 ? "'" + a + "'" : a)
                        .collect(Collectors.joining(" "));
        return arguments.isEmpty() ? container.path() : container.path() + " " + arguments;
    }

    /// What stands in the STATUS column.
    static String status(Container container, Instant now) {
        String since = span(container.startedAt(), now);
        String ago = span(container.finishedAt(), now);
        return switch (container.status()) {
            case CREATED -> "Created";
            case RUNNING -> "Up " + since;
            case PAUSED -> "Up " + since + " (Paused)";
            case RESTARTING -> "Restarting (" + container.exitCode() + ") " + ago + " ago";
            case REMOVING -> "Removal In Progress";
            case DEAD -> "Dead";
            case EXITED ->
                    container.finishedAt().isEmpty()
                            ? ""
                            : "Exited (" + container.exitCode() + ") " + ago + " ago";
        };
    }

    private static String span(Optional<Instant> from, Instant now) {
        return from.map(f -> Times.human(Duration.between(f, now))).orElse("");
    }
}

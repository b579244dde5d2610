package sampan.engine.containers;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sampan.engine.containers.Container.EndpointView;
import sampan.engine.containers.Container.MountPoint;

/// Everything that the engine keeps of one container, immutable: what was decided when it was made,
/// and what changes.
///
/// @param name without a leading slash
/// @param endpoints of the running task; empty where none runs
/// @param stopped a person ended it: `unless-stopped` and the recovery care
public record ContainerRecord(
        Origin origin,
        String name,
        ContainerSpec spec,
        ContainerState state,
        List<EndpointView> endpoints,
        List<String> execIds,
        int restartCount,
        boolean stopped) {

    /// What never changes after create.
    ///
    /// @param imageId digest of the image's config
    /// @param manifestDigest of the image, or empty
    /// @param path first of entrypoint and command
    /// @param arguments the rest of them
    /// @param mounts bind, volume and tmpfs mounts in the order in which they are made
    /// @param mountSources for each of the mounts what its record cannot say
    /// @param directories of the overlay, as inspect shows them
    public record Origin(
            ContainerId id,
            Instant created,
            String imageId,
            String manifestDigest,
            String path,
            List<String> arguments,
            List<MountPoint> mounts,
            List<MountSource> mountSources,
            Map<String, String> directories) {}

    /// The side of a mount that inspect does not show.
    ///
    /// @param copyUp filled once from what the image has at its target, while it is empty
    /// @param recursive with the mounts below the source
    /// @param subpath below the volume's root, or empty
    /// @param options mount options of a tmpfs
    public record MountSource(
            boolean copyUp, boolean recursive, String subpath, List<String> options) {}

    public ContainerId id() {
        return origin.id();
    }

    public ContainerRecord withState(ContainerState next) {
        return new ContainerRecord(
                origin, name, spec, next, endpoints, execIds, restartCount, stopped);
    }

    public ContainerRecord withName(String next) {
        return new ContainerRecord(
                origin, next, spec, state, endpoints, execIds, restartCount, stopped);
    }

    public ContainerRecord withSpec(ContainerSpec next) {
        return new ContainerRecord(
                origin, name, next, state, endpoints, execIds, restartCount, stopped);
    }

    public ContainerRecord withEndpoints(List<EndpointView> next) {
        return new ContainerRecord(
                origin, name, spec, state, List.copyOf(next), execIds, restartCount, stopped);
    }

    public ContainerRecord withExecIds(List<String> next) {
        return new ContainerRecord(
                origin, name, spec, state, endpoints, List.copyOf(next), restartCount, stopped);
    }

    public ContainerRecord withRestartCount(int next) {
        return new ContainerRecord(origin, name, spec, state, endpoints, execIds, next, stopped);
    }

    public ContainerRecord withStopped(boolean next) {
        return new ContainerRecord(
                origin, name, spec, state, endpoints, execIds, restartCount, next);
    }

    /// The picture that callers get.
    ///
    /// @param directory of this container on disk
    Container view(Path directory) {
        ContainerState.End end = state.lastEnd();
        boolean files = !spec.network().mode().startsWith("container:");
        return new Container(
                origin.id(),
                name,
                origin.created(),
                spec,
                origin.imageId(),
                origin.manifestDigest(),
                origin.path(),
                origin.arguments(),
                state.status(),
                state.pid(),
                end.exitCode(),
                end.oomKilled(),
                end.error(),
                end.startedAt(),
                end.finishedAt(),
                restartCount,
                ContainerFiles.hasLog(spec)
                        ? Optional.of(ContainerFiles.log(directory, origin.id()))
                        : Optional.empty(),
                files ? Optional.of(directory.resolve("hostname")) : Optional.empty(),
                files ? Optional.of(directory.resolve("hosts")) : Optional.empty(),
                files ? Optional.of(directory.resolve("resolv.conf")) : Optional.empty(),
                origin.mounts(),
                endpoints,
                execIds,
                origin.directories());
    }
}

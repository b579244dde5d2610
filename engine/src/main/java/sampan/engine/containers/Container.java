package sampan.engine.containers;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// An immutable picture of one container at one moment.
///
/// @param name without a leading slash
/// @param imageId digest of the image's config, `sha256:…`
/// @param manifestDigest empty where the image has none
/// @param path the program that runs: first of entrypoint and command
/// @param arguments the rest
/// @param pid of the first process, 0 where none runs
/// @param exitCode of the last run
/// @param oomKilled a process was killed for want of memory: in the last run, or in this one
/// @param error why the last start failed, or empty
/// @param logPath the json-file log, where there is one
/// @param directories of the overlay: LowerDir, UpperDir, WorkDir, MergedDir as inspect shows them
public record Container(
        ContainerId id,
        String name,
        Instant created,
        ContainerSpec spec,
        String imageId,
        String manifestDigest,
        String path,
        List<String> arguments,
        ContainerStatus status,
        int pid,
        int exitCode,
        boolean oomKilled,
        String error,
        Optional<Instant> startedAt,
        Optional<Instant> finishedAt,
        int restartCount,
        Optional<Path> logPath,
        Optional<Path> hostnamePath,
        Optional<Path> hostsPath,
        Optional<Path> resolvConfPath,
        List<MountPoint> mounts,
        List<EndpointView> endpoints,
        List<String> execIds,
        Map<String, String> directories) {

    /// The same, with a process killed for want of memory.
    public Container withOomKilled() {
        return new Container(
                id,
                name,
                created,
                spec,
                imageId,
                manifestDigest,
                path,
                arguments,
                status,
                pid,
                exitCode,
                true,
                error,
                startedAt,
                finishedAt,
                restartCount,
                logPath,
                hostnamePath,
                hostsPath,
                resolvConfPath,
                mounts,
                endpoints,
                execIds,
                directories);
    }

    /// A mount as inspect shows it.
    ///
    /// @param type bind, volume, tmpfs
    /// @param name of the volume, or empty
    public record MountPoint(
            String type,
            String name,
            String source,
            String destination,
            String driver,
            String mode,
            boolean writable,
            String propagation) {}

    /// An attachment to a network.
    ///
    /// @param ports PORT/PROTOCOL to the host's addresses and ports as they are in force
    public record EndpointView(
            String network,
            String networkId,
            String endpointId,
            String address,
            int prefixLength,
            String gateway,
            String macAddress,
            List<String> aliases,
            Map<String, List<NetworkSpec.PortBinding>> ports) {}
}

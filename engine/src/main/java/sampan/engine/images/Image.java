package sampan.engine.images;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// An image that is here.
///
/// @param id digest of its config, `sha256:…`
/// @param references `name:tag` as people see them (`busybox:latest`)
/// @param digests `name@sha256:…` where it came by a manifest
/// @param layers diffIDs from the bottom up
/// @param size bytes of its layers unpacked
/// @param virtual made of the host's own root filesystem: no layers to save or push
public record Image(
        String id,
        List<String> references,
        List<String> digests,
        String parent,
        String comment,
        Optional<Instant> created,
        String author,
        String architecture,
        String variant,
        String os,
        ImageConfig config,
        List<String> layers,
        long size,
        Optional<Instant> tagged,
        String manifestDigest,
        boolean virtual) {

    /// What a container of it gets unless told otherwise.
    public record ImageConfig(
            String user,
            List<String> exposedPorts,
            List<String> env,
            List<String> entrypoint,
            List<String> command,
            List<String> volumes,
            String workingDir,
            Map<String, String> labels,
            String stopSignal,
            List<String> onBuild,
            List<String> shell,
            boolean argsEscaped,
            Optional<sampan.engine.containers.LifecycleSpec.HealthCheck> healthCheck) {
        /// Of a stage from scratch. BuildKit has a path there, so that `ENV PATH=$PATH:/x` does not
        /// lead through the current directory.
        public static final ImageConfig SCRATCH =
                new ImageConfig(
                        "",
                        List.of(),
                        List.of(
                                "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
                        List.of(),
                        List.of(),
                        List.of(),
                        "/",
                        Map.of(),
                        "",
                        List.of(),
                        List.of(),
                        false,
                        Optional.empty());

        /// Says nothing.
        public static final ImageConfig NONE =
                new ImageConfig(
                        "",
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(),
                        "",
                        Map.of(),
                        "",
                        List.of(),
                        List.of(),
                        false,
                        Optional.empty());
    }
}

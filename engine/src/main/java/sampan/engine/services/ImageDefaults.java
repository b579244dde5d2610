package sampan.engine.services;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import sampan.engine.containers.ContainerSpec;
import sampan.engine.containers.LifecycleSpec;
import sampan.engine.containers.LifecycleSpec.HealthCheck;
import sampan.engine.containers.NetworkSpec;
import sampan.engine.containers.ProcessSpec;
import sampan.engine.containers.StorageSpec;
import sampan.engine.images.Image.ImageConfig;
import sampan.errors.SampanException;

/// Merges what an image says into what a caller asked for, by Docker's rules: the caller wins,
/// lists of ports, volumes and labels are united, and a caller's entrypoint drops the image's
/// command.
public final class ImageDefaults {
    private ImageDefaults() {}

    /// INVALID `no command specified` when neither says what to run.
    public static ContainerSpec merge(ContainerSpec wanted, ImageConfig image) {
        return new ContainerSpec(
                wanted.image(),
                process(wanted.process(), image),
                wanted.namespaces(),
                wanted.security(),
                wanted.resources(),
                storage(wanted.storage(), image),
                network(wanted.network(), image),
                lifecycle(wanted.lifecycle(), image),
                labels(wanted.labels(), image.labels()),
                wanted.annotations());
    }

    private static ProcessSpec process(ProcessSpec wanted, ImageConfig image) {
        Optional<List<String>> entrypoint = wanted.entrypoint();
        List<String> command = wanted.command().orElse(List.of());
        if (entrypoint.orElse(List.of()).isEmpty() && command.isEmpty()) {
            command = image.command();
        }
        List<String> program = entrypoint.orElse(image.entrypoint());
        if (program.equals(List.of(""))) {
            program = List.of();
        }
        if (program.isEmpty() && command.isEmpty()) {
            throw SampanException.invalid("no command specified");
        }
        return new ProcessSpec(
                Optional.of(program),
                Optional.of(command),
                environment(wanted.env(), image.env()),
                wanted.workingDir().isEmpty()
                        ? image.workingDir()
                        : Path.of(wanted.workingDir()).normalize().toString(),
                wanted.user().isEmpty() ? image.user() : wanted.user(),
                wanted.tty(),
                wanted.openStdin(),
                wanted.stdinOnce(),
                wanted.attachStdin(),
                wanted.attachStdout(),
                wanted.attachStderr(),
                wanted.rows(),
                wanted.columns());
    }

    private static List<String> environment(List<String> wanted, List<String> image) {
        Set<String> names =
                wanted.stream().map(ImageDefaults::variable).collect(Collectors.toSet());
        List<String> merged = new ArrayList<>(wanted);
        for (String entry : image) {
            if (!names.contains(variable(entry))) {
                merged.add(entry);
            }
        }
        return List.copyOf(merged);
    }

    /// The name in NAME=VALUE or NAME.
    static String variable(String entry) {
        int equals = entry.indexOf('=');
        return equals < 0 ? entry : entry.substring(0, equals);
    }

    private static StorageSpec storage(StorageSpec wanted, ImageConfig image) {
        return new StorageSpec(
                wanted.mounts(),
                union(wanted.anonymousVolumes(), image.volumes()),
                wanted.tmpfs(),
                wanted.volumesFrom(),
                wanted.shmSize(),
                wanted.options(),
                wanted.volumeDriver());
    }

    private static NetworkSpec network(NetworkSpec wanted, ImageConfig image) {
        return new NetworkSpec(
                wanted.mode(),
                wanted.disabled(),
                union(
                        wanted.exposedPorts(),
                        image.exposedPorts().stream().map(ImageDefaults::port).toList()),
                wanted.portBindings(),
                wanted.publishAll(),
                wanted.dns(),
                wanted.dnsOptions(),
                wanted.dnsSearch(),
                wanted.extraHosts(),
                wanted.macAddress(),
                wanted.address(),
                wanted.aliases(),
                wanted.links());
    }

    private static String port(String text) {
        return text.indexOf('/') < 0 ? text + "/tcp" : text;
    }

    private static LifecycleSpec lifecycle(LifecycleSpec wanted, ImageConfig image) {
        return new LifecycleSpec(
                wanted.restart(),
                wanted.autoRemove(),
                wanted.init(),
                wanted.stopSignal().isEmpty() ? image.stopSignal() : wanted.stopSignal(),
                wanted.stopTimeout(),
                health(wanted.healthCheck(), image.healthCheck()),
                wanted.runtime(),
                wanted.logDriver().isEmpty() ? "json-file" : wanted.logDriver(),
                wanted.logOptions(),
                wanted.containerIdFile());
    }

    private static Optional<HealthCheck> health(
            Optional<HealthCheck> wanted, Optional<HealthCheck> image) {
        if (wanted.isEmpty() || image.isEmpty()) {
            return wanted.or(() -> image);
        }
        HealthCheck own = wanted.get();
        HealthCheck base = image.get();
        return Optional.of(
                new HealthCheck(
                        own.test().isEmpty() ? base.test() : own.test(),
                        first(own.interval(), base.interval()),
                        first(own.timeout(), base.timeout()),
                        first(own.startPeriod(), base.startPeriod()),
                        first(own.startInterval(), base.startInterval()),
                        own.retries() == 0 ? base.retries() : own.retries()));
    }

    private static Duration first(Duration own, Duration base) {
        return own.isZero() ? base : own;
    }

    private static Map<String, String> labels(Map<String, String> own, Map<String, String> image) {
        Map<String, String> merged = new LinkedHashMap<>(image);
        merged.putAll(own);
        return Map.copyOf(merged);
    }

    private static List<String> union(List<String> own, List<String> image) {
        Set<String> all = new LinkedHashSet<>(own);
        all.addAll(image);
        return List.copyOf(all);
    }
}

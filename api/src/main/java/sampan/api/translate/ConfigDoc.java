package sampan.api.translate;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import sampan.api.call.ApiVersion;
import sampan.api.wire.Doc;
import sampan.engine.containers.Container;
import sampan.engine.containers.ContainerSpec;
import sampan.engine.containers.LifecycleSpec.HealthCheck;
import sampan.engine.containers.ProcessSpec;
import sampan.engine.images.Image.ImageConfig;

/// `Config`: of a container, and of an image.
final class ConfigDoc {
    private ConfigDoc() {}

    static Doc of(Container container) {
        ContainerSpec spec = container.spec();
        ProcessSpec process = spec.process();
        String hostname = spec.namespaces().hostname();
        Doc config =
                Doc.of()
                        .put("Hostname", hostname.isEmpty() ? container.id().brief() : hostname)
                        .put("Domainname", spec.namespaces().domainname())
                        .put("User", process.user())
                        .put("AttachStdin", process.attachStdin())
                        .put("AttachStdout", process.attachStdout())
                        .put("AttachStderr", process.attachStderr())
                        .putUnlessEmpty("ExposedPorts", Doc.set(spec.network().exposedPorts()))
                        .put("Tty", process.tty())
                        .put("OpenStdin", process.openStdin())
                        .put("StdinOnce", process.stdinOnce())
                        .put("Env", process.env())
                        .put("Cmd", words(process.command()))
                        .putUnlessEmpty(
                                "Healthcheck",
                                spec.lifecycle().healthCheck().map(ConfigDoc::health).orElse(null))
                        .put("Image", spec.image())
                        .putOrNull("Volumes", Doc.set(spec.storage().anonymousVolumes()))
                        .put("WorkingDir", process.workingDir())
                        .putOrNull("Entrypoint", process.entrypoint().orElse(List.of()))
                        .putUnlessEmpty("NetworkDisabled", spec.network().disabled())
                        .putUnlessEmpty("MacAddress", spec.network().macAddress())
                        .put("OnBuild", null)
                        .put("Labels", Doc.sorted(spec.labels()))
                        .putUnlessEmpty("StopSignal", spec.lifecycle().stopSignal());
        spec.lifecycle().stopTimeout().ifPresent(t -> config.put("StopTimeout", t.toSeconds()));
        return config;
    }

    private static @Nullable Object words(Optional<List<String>> words) {
        return words.orElse(null);
    }

    /// Newer versions leave out what only containers have.
    static Doc of(ImageConfig config, ApiVersion version) {
        return version.atLeast(50) ? brief(config) : full(config);
    }

    private static Doc brief(ImageConfig config) {
        return Doc.of()
                .put("User", config.user())
                .putUnlessEmpty("ExposedPorts", Doc.set(config.exposedPorts()))
                .putOrNull("Env", config.env())
                .putOrNull("Cmd", config.command())
                .putUnlessEmpty(
                        "Healthcheck", config.healthCheck().map(ConfigDoc::health).orElse(null))
                .putUnlessEmpty("ArgsEscaped", config.argsEscaped())
                .putOrNull("Volumes", Doc.set(config.volumes()))
                .put("WorkingDir", config.workingDir())
                .putOrNull("Entrypoint", config.entrypoint())
                .putOrNull("OnBuild", config.onBuild())
                .putOrNull("Labels", Doc.sorted(config.labels()))
                .putUnlessEmpty("StopSignal", config.stopSignal())
                .putUnlessEmpty("Shell", config.shell());
    }

    private static Doc full(ImageConfig config) {
        return Doc.of()
                .put("Hostname", "")
                .put("Domainname", "")
                .put("User", config.user())
                .put("AttachStdin", false)
                .put("AttachStdout", false)
                .put("AttachStderr", false)
                .putUnlessEmpty("ExposedPorts", Doc.set(config.exposedPorts()))
                .put("Tty", false)
                .put("OpenStdin", false)
                .put("StdinOnce", false)
                .putOrNull("Env", config.env())
                .putOrNull("Cmd", config.command())
                .putUnlessEmpty(
                        "Healthcheck", config.healthCheck().map(ConfigDoc::health).orElse(null))
                .putUnlessEmpty("ArgsEscaped", config.argsEscaped())
                .put("Image", "")
                .putOrNull("Volumes", Doc.set(config.volumes()))
                .put("WorkingDir", config.workingDir())
                .putOrNull("Entrypoint", config.entrypoint())
                .putOrNull("OnBuild", config.onBuild())
                .putOrNull("Labels", Doc.sorted(config.labels()))
                .putUnlessEmpty("StopSignal", config.stopSignal())
                .putUnlessEmpty("Shell", config.shell());
    }

    private static Doc health(HealthCheck check) {
        return Doc.of()
                .put("Test", check.test())
                .putUnlessEmpty("Interval", check.interval().toNanos())
                .putUnlessEmpty("Timeout", check.timeout().toNanos())
                .putUnlessEmpty("StartPeriod", check.startPeriod().toNanos())
                .putUnlessEmpty("StartInterval", check.startInterval().toNanos())
                .putUnlessEmpty("Retries", check.retries());
    }
}

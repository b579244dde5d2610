package sampan.engine.images;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import sampan.engine.containers.LifecycleSpec.HealthCheck;
import sampan.engine.images.Image.ImageConfig;
import sampan.oci.Digest;
import sampan.oci.image.ImageDocument;
import sampan.oci.image.ImageDocument.Health;
import sampan.oci.image.ImageDocument.Nothing;
import sampan.oci.image.ImageDocument.Settings;

/// Between an image's config blob and what callers see.
public final class ImageViews {
    private ImageViews() {}

    static Image of(ImageRecord record, ImageDocument document, List<ReferenceRecord> names) {
        return new Image(
                record.id().toString(),
                names.stream()
                        .filter(n -> n.reference().tag().isPresent())
                        .map(n -> n.reference().familiar())
                        .sorted()
                        .toList(),
                Stream.concat(
                                record.digests().stream(),
                                names.stream()
                                        .filter(n -> n.reference().digest().isPresent())
                                        .filter(n -> !Nameless.is(n.reference()))
                                        .map(n -> n.reference().familiar()))
                        .distinct()
                        .toList(),
                record.parent().map(Digest::toString).orElse(""),
                document.comment(),
                instant(document.created()),
                document.author(),
                document.architecture(),
                document.variant(),
                document.os(),
                document.config().map(ImageViews::config).orElse(ImageConfig.NONE),
                record.diffIds().stream().map(Digest::toString).toList(),
                record.size(),
                names.stream().map(ReferenceRecord::tagged).max(Instant::compareTo),
                record.manifest().toString(),
                false);
    }

    /// A time of RFC 3339; empty where the document has none or something else.
    public static Optional<Instant> instant(String text) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(OffsetDateTime.parse(text).toInstant());
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    public static ImageConfig config(Settings settings) {
        return new ImageConfig(
                settings.user(),
                List.copyOf(settings.exposedPorts().keySet()),
                settings.env(),
                settings.entrypoint(),
                settings.command(),
                List.copyOf(settings.volumes().keySet()),
                settings.workingDir(),
                settings.labels(),
                settings.stopSignal(),
                settings.onBuild(),
                settings.shell(),
                settings.argsEscaped(),
                settings.health().map(ImageViews::health));
    }

    /// The other way round, for a config that is to be written.
    public static Settings settings(ImageConfig config) {
        return new Settings(
                config.user(),
                set(config.exposedPorts()),
                config.env(),
                config.entrypoint(),
                config.command(),
                set(config.volumes()),
                config.workingDir(),
                config.labels(),
                config.stopSignal(),
                config.argsEscaped(),
                config.healthCheck().map(ImageViews::health),
                config.onBuild(),
                config.shell());
    }

    private static Map<String, Nothing> set(List<String> names) {
        Map<String, Nothing> set = new LinkedHashMap<>();
        names.forEach(name -> set.put(name, Nothing.IT));
        return set;
    }

    private static HealthCheck health(Health health) {
        return new HealthCheck(
                health.test(),
                Duration.ofNanos(health.interval()),
                Duration.ofNanos(health.timeout()),
                Duration.ofNanos(health.startPeriod()),
                Duration.ofNanos(health.startInterval()),
                health.retries());
    }

    private static Health health(HealthCheck check) {
        return new Health(
                check.test(),
                check.interval().toNanos(),
                check.timeout().toNanos(),
                check.startPeriod().toNanos(),
                check.startInterval().toNanos(),
                check.retries());
    }
}

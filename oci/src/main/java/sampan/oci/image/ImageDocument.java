package sampan.oci.image;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sampan.oci.Digest;

/// An image's config blob (image-spec, config.md, with Docker's additions). Its digest is the
/// image's id.
///
/// @param created RFC 3339, or empty
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record ImageDocument(
        String created,
        String author,
        String comment,
        String architecture,
        String variant,
        String os,
        @JsonProperty("os.version") String osVersion,
        Optional<Settings> config,
        RootFs rootfs,
        List<Step> history) {
    /// Of what has no config: says nothing.
    public static final ImageDocument NONE =
            new ImageDocument(
                    "", "", "", "", "", "", "", Optional.empty(), RootFs.of(List.of()), List.of());

    public ImageDocument {
        created = Absent.text(created);
        author = Absent.text(author);
        comment = Absent.text(comment);
        architecture = Absent.text(architecture);
        variant = Absent.text(variant);
        os = Absent.text(os);
        osVersion = Absent.text(osVersion);
        config = Absent.optional(config);
        rootfs = rootfs == null ? RootFs.of(List.of()) : rootfs;
        history = Absent.list(history);
    }

    public Platform platform() {
        return Platform.of(os, architecture, variant);
    }

    /// An object without fields, as the values of Docker's sets are.
    public record Nothing() {
        public static final Nothing IT = new Nothing();
    }

    /// The layers' diffIDs from the bottom up.
    public record RootFs(String type, @JsonProperty("diff_ids") List<Digest> diffIds) {
        public RootFs {
            type = Absent.text(type);
            diffIds = Absent.list(diffIds);
        }

        public static RootFs of(List<Digest> diffIds) {
            return new RootFs("layers", diffIds);
        }
    }

    /// One step of how it was made.
    ///
    /// @param created RFC 3339, or empty
    /// @param emptyLayer the step has no layer
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Step(
            String created,
            String author,
            @JsonProperty("created_by") String createdBy,
            String comment,
            @JsonProperty("empty_layer") @JsonInclude(JsonInclude.Include.NON_DEFAULT)
                    boolean emptyLayer) {
        public Step {
            created = Absent.text(created);
            author = Absent.text(author);
            createdBy = Absent.text(createdBy);
            comment = Absent.text(comment);
        }

        /// The same step without a layer.
        public Step withoutLayer() {
            return new Step(created, author, createdBy, comment, true);
        }
    }

    /// What a container of it gets unless told otherwise.
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Settings(
            @JsonProperty("User") String user,
            @JsonProperty("ExposedPorts") Map<String, Nothing> exposedPorts,
            @JsonProperty("Env") List<String> env,
            @JsonProperty("Entrypoint") List<String> entrypoint,
            @JsonProperty("Cmd") List<String> command,
            @JsonProperty("Volumes") Map<String, Nothing> volumes,
            @JsonProperty("WorkingDir") String workingDir,
            @JsonProperty("Labels") Map<String, String> labels,
            @JsonProperty("StopSignal") String stopSignal,
            @JsonProperty("ArgsEscaped") @JsonInclude(JsonInclude.Include.NON_DEFAULT)
                    boolean argsEscaped,
            @JsonProperty("Healthcheck") Optional<Health> health,
            @JsonProperty("OnBuild") List<String> onBuild,
            @JsonProperty("Shell") List<String> shell) {
        public Settings {
            user = Absent.text(user);
            exposedPorts = Absent.map(exposedPorts);
            env = Absent.list(env);
            entrypoint = Absent.list(entrypoint);
            command = Absent.list(command);
            volumes = Absent.map(volumes);
            workingDir = Absent.text(workingDir);
            labels = Absent.map(labels);
            stopSignal = Absent.text(stopSignal);
            health = Absent.optional(health);
            onBuild = Absent.list(onBuild);
            shell = Absent.list(shell);
        }
    }

    /// A health check; times in nanoseconds, 0 for the default.
    @JsonInclude(JsonInclude.Include.NON_DEFAULT)
    public record Health(
            @JsonProperty("Test") List<String> test,
            @JsonProperty("Interval") long interval,
            @JsonProperty("Timeout") long timeout,
            @JsonProperty("StartPeriod") long startPeriod,
            @JsonProperty("StartInterval") long startInterval,
            @JsonProperty("Retries") int retries) {
        public Health {
            test = Absent.list(test);
        }
    }
}

package sampan.api.wire;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The image-like half of a create request, and the body of commit. `Cmd` and `Entrypoint` are a
/// string or a list.
public record ContainerConfig(
        @JsonProperty("Hostname") @Nullable String hostname,
        @JsonProperty("Domainname") @Nullable String domainname,
        @JsonProperty("User") @Nullable String user,
        @JsonProperty("AttachStdin") boolean attachStdin,
        @JsonProperty("AttachStdout") boolean attachStdout,
        @JsonProperty("AttachStderr") boolean attachStderr,
        @JsonProperty("ExposedPorts") @Nullable Map<String, @Nullable Object> exposedPorts,
        @JsonProperty("Tty") boolean tty,
        @JsonProperty("OpenStdin") boolean openStdin,
        @JsonProperty("StdinOnce") boolean stdinOnce,
        @JsonProperty("Env") @Nullable List<@Nullable String> env,
        @JsonProperty("Cmd") @Nullable Object cmd,
        @JsonProperty("Healthcheck") @Nullable HealthConfig healthcheck,
        @JsonProperty("ArgsEscaped") boolean argsEscaped,
        @JsonProperty("Image") @Nullable String image,
        @JsonProperty("Volumes") @Nullable Map<String, @Nullable Object> volumes,
        @JsonProperty("WorkingDir") @Nullable String workingDir,
        @JsonProperty("Entrypoint") @Nullable Object entrypoint,
        @JsonProperty("NetworkDisabled") boolean networkDisabled,
        @JsonProperty("MacAddress") @Nullable String macAddress,
        @JsonProperty("OnBuild") @Nullable List<@Nullable String> onBuild,
        @JsonProperty("Labels") @Nullable Map<String, @Nullable String> labels,
        @JsonProperty("StopSignal") @Nullable String stopSignal,
        @JsonProperty("StopTimeout") @Nullable Long stopTimeout,
        @JsonProperty("Shell") @Nullable List<@Nullable String> shell) {}

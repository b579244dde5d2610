package sampan.api.wire;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The body of exec create.
public record ExecCreate(
        @JsonProperty("User") @Nullable String user,
        @JsonProperty("Privileged") boolean privileged,
        @JsonProperty("Tty") boolean tty,
        @JsonProperty("ConsoleSize") @Nullable List<@Nullable Integer> consoleSize,
        @JsonProperty("AttachStdin") boolean attachStdin,
        @JsonProperty("AttachStderr") boolean attachStderr,
        @JsonProperty("AttachStdout") boolean attachStdout,
        @JsonProperty("DetachKeys") @Nullable String detachKeys,
        @JsonProperty("Env") @Nullable List<@Nullable String> env,
        @JsonProperty("WorkingDir") @Nullable String workingDir,
        @JsonProperty("Cmd") @Nullable List<@Nullable String> cmd) {}

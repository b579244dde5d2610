package sampan.api.wire;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/// The limits of a create request: its HostConfig read once more.
public record ResourcesEnvelope(@JsonProperty("HostConfig") @Nullable Resources hostConfig) {}

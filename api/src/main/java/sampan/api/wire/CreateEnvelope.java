package sampan.api.wire;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/// What a create request says beside its config, in the same JSON object.
public record CreateEnvelope(
        @JsonProperty("HostConfig") @Nullable HostConfig hostConfig,
        @JsonProperty("NetworkingConfig") @Nullable NetworkingConfig networkingConfig) {}

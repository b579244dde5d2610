package sampan.api.wire;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/// What happens after an exit.
public record RestartPolicy(
        @JsonProperty("Name") @Nullable String name,
        @JsonProperty("MaximumRetryCount") int maximumRetryCount) {}

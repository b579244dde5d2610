package sampan.api.wire;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/// The restart policy of an update, in the same JSON object as [Resources].
public record RestartEnvelope(
        @JsonProperty("RestartPolicy") @Nullable RestartPolicy restartPolicy) {}

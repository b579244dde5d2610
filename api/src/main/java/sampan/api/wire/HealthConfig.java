package sampan.api.wire;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A health check; durations are nanoseconds, 0 is inherited.
public record HealthConfig(
        @JsonProperty("Test") @Nullable List<@Nullable String> test,
        @JsonProperty("Interval") long interval,
        @JsonProperty("Timeout") long timeout,
        @JsonProperty("StartPeriod") long startPeriod,
        @JsonProperty("StartInterval") long startInterval,
        @JsonProperty("Retries") long retries) {}

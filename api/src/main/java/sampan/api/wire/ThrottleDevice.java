package sampan.api.wire;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/// A rate limit for one device.
public record ThrottleDevice(
        @JsonProperty("Path") @Nullable String path, @JsonProperty("Rate") long rate) {}

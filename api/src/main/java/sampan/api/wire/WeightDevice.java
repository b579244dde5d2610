package sampan.api.wire;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/// A share of one device's bandwidth.
public record WeightDevice(
        @JsonProperty("Path") @Nullable String path, @JsonProperty("Weight") int weight) {}

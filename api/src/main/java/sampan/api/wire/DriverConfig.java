package sampan.api.wire;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The driver of a volume that a mount makes.
public record DriverConfig(
        @JsonProperty("Name") @Nullable String name,
        @JsonProperty("Options") @Nullable Map<String, @Nullable String> options) {}

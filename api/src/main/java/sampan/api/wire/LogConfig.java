package sampan.api.wire;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Where output goes.
public record LogConfig(
        @JsonProperty("Type") @Nullable String type,
        @JsonProperty("Config") @Nullable Map<String, @Nullable String> config) {}

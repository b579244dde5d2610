package sampan.api.wire;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The networks that a new container joins.
public record NetworkingConfig(
        @JsonProperty("EndpointsConfig")
                @Nullable Map<String, @Nullable EndpointSettings> endpointsConfig) {}

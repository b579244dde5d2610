package sampan.api.wire;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How a container is attached to one network.
public record EndpointSettings(
        @JsonProperty("IPAMConfig") @Nullable EndpointIpam ipamConfig,
        @JsonProperty("Links") @Nullable List<@Nullable String> links,
        @JsonProperty("Aliases") @Nullable List<@Nullable String> aliases,
        @JsonProperty("MacAddress") @Nullable String macAddress,
        @JsonProperty("DriverOpts") @Nullable Map<String, @Nullable String> driverOpts,
        @JsonProperty("GwPriority") int gwPriority) {}

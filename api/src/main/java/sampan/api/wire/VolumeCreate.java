package sampan.api.wire;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The body of volume create.
public record VolumeCreate(
        @JsonProperty("Name") @Nullable String name,
        @JsonProperty("Driver") @Nullable String driver,
        @JsonProperty("DriverOpts") @Nullable Map<String, @Nullable String> driverOpts,
        @JsonProperty("Labels") @Nullable Map<String, @Nullable String> labels,
        @JsonProperty("ClusterVolumeSpec")
                @Nullable Map<String, @Nullable Object> clusterVolumeSpec) {}

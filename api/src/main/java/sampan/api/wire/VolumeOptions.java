package sampan.api.wire;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Options of a mount of type volume.
public record VolumeOptions(
        @JsonProperty("NoCopy") boolean noCopy,
        @JsonProperty("Labels") @Nullable Map<String, @Nullable String> labels,
        @JsonProperty("Subpath") @Nullable String subpath,
        @JsonProperty("DriverConfig") @Nullable DriverConfig driverConfig) {}

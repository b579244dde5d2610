package sampan.api.wire;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/// A host device in a container.
public record DeviceMapping(
        @JsonProperty("PathOnHost") @Nullable String pathOnHost,
        @JsonProperty("PathInContainer") @Nullable String pathInContainer,
        @JsonProperty("CgroupPermissions") @Nullable String cgroupPermissions) {}

package sampan.api.wire;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/// One place where a port is published.
public record PortBinding(
        @JsonProperty("HostIp") @Nullable String hostIp,
        @JsonProperty("HostPort") @Nullable String hostPort) {}

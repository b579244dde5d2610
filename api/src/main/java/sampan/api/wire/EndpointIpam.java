package sampan.api.wire;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Addresses that a container asks for.
public record EndpointIpam(
        @JsonProperty("IPv4Address") @Nullable String ipv4Address,
        @JsonProperty("IPv6Address") @Nullable String ipv6Address,
        @JsonProperty("LinkLocalIPs") @Nullable List<@Nullable String> linkLocalIPs) {}

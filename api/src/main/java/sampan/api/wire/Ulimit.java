package sampan.api.wire;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/// A resource limit of setrlimit(2).
public record Ulimit(
        @JsonProperty("Name") @Nullable String name,
        @JsonProperty("Soft") long soft,
        @JsonProperty("Hard") long hard) {}

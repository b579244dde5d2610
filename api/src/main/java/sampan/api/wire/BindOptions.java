package sampan.api.wire;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/// Options of a mount of type bind.
public record BindOptions(
        @JsonProperty("Propagation") @Nullable String propagation,
        @JsonProperty("NonRecursive") boolean nonRecursive,
        @JsonProperty("CreateMountpoint") boolean createMountpoint,
        @JsonProperty("ReadOnlyNonRecursive") boolean readOnlyNonRecursive,
        @JsonProperty("ReadOnlyForceRecursive") boolean readOnlyForceRecursive) {}

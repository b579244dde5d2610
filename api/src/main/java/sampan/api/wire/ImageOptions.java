package sampan.api.wire;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/// Options of a mount of type image.
public record ImageOptions(@JsonProperty("Subpath") @Nullable String subpath) {}

package sampan.api.wire;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Options of a mount of type tmpfs.
public record TmpfsOptions(
        @JsonProperty("SizeBytes") long sizeBytes,
        @JsonProperty("Mode") int mode,
        @JsonProperty("Options") @Nullable List<@Nullable List<@Nullable String>> options) {}

package sampan.api.wire;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One `--mount`.
public record Mount(
        @JsonProperty("Target") @Nullable String target,
        @JsonProperty("Source") @Nullable String source,
        @JsonProperty("Type") @Nullable String type,
        @JsonProperty("ReadOnly") boolean readOnly,
        @JsonProperty("Consistency") @Nullable String consistency,
        @JsonProperty("BindOptions") @Nullable BindOptions bindOptions,
        @JsonProperty("VolumeOptions") @Nullable VolumeOptions volumeOptions,
        @JsonProperty("ImageOptions") @Nullable ImageOptions imageOptions,
        @JsonProperty("TmpfsOptions") @Nullable TmpfsOptions tmpfsOptions,
        @JsonProperty("ClusterOptions") @Nullable Map<String, @Nullable Object> clusterOptions) {}

package sampan.oci.image;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/// One image of `manifest.json` in a Docker archive: names of files in the archive.
public record ArchiveEntry(
        @JsonProperty("Config") String config,
        @JsonProperty("RepoTags") List<String> repoTags,
        @JsonProperty("Layers") List<String> layers) {
    public ArchiveEntry {
        config = Absent.text(config);
        repoTags = Absent.list(repoTags);
        layers = Absent.list(layers);
    }
}

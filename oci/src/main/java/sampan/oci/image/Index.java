package sampan.oci.image;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Several manifests under one name: one per platform, or one per image of an archive.
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Index(
        int schemaVersion,
        String mediaType,
        List<Descriptor> manifests,
        Map<String, String> annotations,
        Optional<Descriptor> subject,
        String artifactType) {
    public Index {
        mediaType = Absent.text(mediaType);
        manifests = Absent.list(manifests);
        annotations = Absent.map(annotations);
        subject = Absent.optional(subject);
        artifactType = Absent.text(artifactType);
    }

    public static Index of(List<Descriptor> manifests) {
        return new Index(2, MediaType.OCI_INDEX, manifests, Map.of(), Optional.empty(), "");
    }

    /// The entry for a machine: the first that names its platform; else the first that names none.
    public Optional<Descriptor> select(Platform machine) {
        return manifests.stream()
                .filter(d -> d.platform().isPresent() && d.platform().get().runsOn(machine))
                .findFirst()
                .or(() -> manifests.stream().filter(d -> d.platform().isEmpty()).findFirst());
    }
}

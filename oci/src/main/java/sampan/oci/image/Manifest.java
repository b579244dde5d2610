package sampan.oci.image;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sampan.errors.SampanException;

/// One image: its config and its layers from the bottom up.
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Manifest(
        int schemaVersion,
        String mediaType,
        Descriptor config,
        List<Descriptor> layers,
        Map<String, String> annotations,
        Optional<Descriptor> subject,
        String artifactType) {
    public Manifest {
        mediaType = Absent.text(mediaType);
        layers = Absent.list(layers);
        annotations = Absent.map(annotations);
        subject = Absent.optional(subject);
        artifactType = Absent.text(artifactType);
        if (config == null) {
            throw SampanException.invalid("an image manifest without a config");
        }
    }

    public static Manifest of(Descriptor config, List<Descriptor> layers) {
        return new Manifest(
                2, MediaType.OCI_MANIFEST, config, layers, Map.of(), Optional.empty(), "");
    }

    public Manifest withAnnotations(Map<String, String> added) {
        return new Manifest(schemaVersion, mediaType, config, layers, added, subject, artifactType);
    }
}

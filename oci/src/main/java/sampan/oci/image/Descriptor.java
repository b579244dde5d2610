package sampan.oci.image;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sampan.errors.SampanException;
import sampan.oci.Digest;

/// Points at content: what it is, which bytes, how many.
///
/// @param size bytes
/// @param urls where a foreign layer lies
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Descriptor(
        String mediaType,
        Digest digest,
        @JsonInclude(JsonInclude.Include.ALWAYS) long size,
        List<String> urls,
        Map<String, String> annotations,
        Optional<Platform> platform,
        String artifactType) {
    /// Annotations of an index's entries that name an image.
    public static final String IMAGE_NAME = "io.containerd.image.name";

    public static final String REFERENCE_NAME = "org.opencontainers.image.ref.name";

    public Descriptor {
        mediaType = Absent.text(mediaType);
        urls = Absent.list(urls);
        annotations = Absent.map(annotations);
        platform = Absent.optional(platform);
        artifactType = Absent.text(artifactType);
        if (digest == null) {
            throw SampanException.invalid("a descriptor without a digest");
        }
        if (size < 0) {
            throw SampanException.invalid("a descriptor of size " + size);
        }
    }

    public static Descriptor of(String mediaType, Digest digest, long size) {
        return new Descriptor(mediaType, digest, size, List.of(), Map.of(), Optional.empty(), "");
    }

    public Descriptor withAnnotations(Map<String, String> added) {
        return new Descriptor(mediaType, digest, size, urls, added, platform, artifactType);
    }
}

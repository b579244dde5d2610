package sampan.engine.images.transfer;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import sampan.oci.tar.Compression;

/// How the blobs of an image are written.
///
/// @param compression of its layers: none, gzip or zstd; absent: each as it is here
/// @param level of the compression; absent: the usual one
/// @param force layers that came compressed otherwise are written anew too
/// @param types absent: those that the blobs have
/// @param annotations of the manifest
public record ImageForm(
        Optional<Compression> compression,
        OptionalInt level,
        boolean force,
        Optional<Types> types,
        Map<String, String> annotations) {
    /// As it is here.
    public static final ImageForm PLAIN =
            new ImageForm(Optional.empty(), OptionalInt.empty(), false, Optional.empty(), Map.of());

    public ImageForm {
        annotations = Map.copyOf(annotations);
    }

    /// A family of media types.
    public enum Types {
        OCI,
        DOCKER
    }
}

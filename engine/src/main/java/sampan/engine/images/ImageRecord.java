package sampan.engine.images;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import sampan.oci.Digest;

/// An image on disk.
///
/// @param id digest of the config blob
/// @param manifest digest of the manifest blob
/// @param layerBlobs the layers as they came, from the bottom up
/// @param diffIds the same layers unpacked
/// @param size bytes of all layers unpacked
/// @param parent the image that this one was committed on
/// @param digests `repository@digest` where it came by a registry
/// @param others what registries have of the same image in other blobs
public record ImageRecord(
        Digest id,
        Digest manifest,
        List<Digest> layerBlobs,
        List<Digest> diffIds,
        long size,
        Optional<Digest> parent,
        List<String> digests,
        List<Form> others,
        Instant added) {
    public ImageRecord {
        others = others == null ? List.of() : List.copyOf(others);
    }

    /// Something else than an image: it is known by its manifest.
    public boolean isArtifact() {
        return id.equals(manifest);
    }

    /// A manifest and its blobs: the same layers may be compressed in more than one way.
    public record Form(Digest manifest, List<Digest> layerBlobs) {}

    /// The current form first.
    public List<Form> forms() {
        List<Form> all = new ArrayList<>();
        all.add(new Form(manifest, layerBlobs));
        all.addAll(others);
        return all;
    }

    /// The same image in a form that becomes the current one; of the others those that are wanted
    /// stay.
    public ImageRecord in(Form current, Predicate<Form> wanted) {
        return new ImageRecord(
                id,
                current.manifest(),
                current.layerBlobs(),
                diffIds,
                size,
                parent,
                digests,
                forms().stream()
                        .filter(form -> !form.manifest().equals(current.manifest()))
                        .filter(wanted)
                        .toList(),
                added);
    }
}

package sampan.engine.images;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import sampan.oci.Digest;
import sampan.oci.Reference;

/// Finds images by what people call them. Thread-safe where the maps are.
///
/// @param records of all images, by id
/// @param references of all images
/// @param resolved the image of a record
record ImageLookup(
        Map<Digest, ImageRecord> records,
        Map<Reference, ReferenceRecord> references,
        Function<ImageRecord, ResolvedImage> resolved) {

    /// By a name, an id, or an unambiguous prefix of an id.
    Optional<ResolvedImage> find(String text) {
        return ImageText.parsed(text).flatMap(this::byReference).or(() -> byId(text));
    }

    /// What is known of a name, or of one that stands for the index with this digest.
    Optional<ReferenceRecord> name(String text) {
        return ImageText.parsed(text)
                .map(references::get)
                .or(() -> ImageText.digest(text).flatMap(index -> listing(index).findFirst()));
    }

    /// Names that stand for an index.
    Stream<ReferenceRecord> listing(Digest index) {
        return references.values().stream().filter(n -> n.index().equals(Optional.of(index)));
    }

    private Optional<ResolvedImage> byReference(Reference reference) {
        if (reference.equals(HostImage.REFERENCE)) {
            return Optional.of(HostImage.resolved());
        }
        ReferenceRecord name = references.get(reference);
        if (name == null) {
            return reference.digest().flatMap(digest -> byDigest(reference, digest));
        }
        return Optional.ofNullable(records.get(name.image())).map(resolved);
    }

    // `name@digest` of an image that has the name, whether the digest came with it or not.
    private Optional<ResolvedImage> byDigest(Reference reference, Digest digest) {
        return records.values().stream()
                .filter(r -> r.manifest().equals(digest) || r.id().equals(digest))
                .filter(r -> hasName(r.id(), reference))
                .findFirst()
                .map(resolved);
    }

    private boolean hasName(Digest id, Reference repository) {
        return references.values().stream()
                .anyMatch(n -> n.means(id) && n.reference().sameRepository(repository));
    }

    private Optional<ResolvedImage> byId(String text) {
        var matcher = ImageText.ID_PREFIX.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String prefix = matcher.group(1);
        List<ResolvedImage> found = new ArrayList<>();
        if (Digest.parse(HostImage.image().id()).hex().startsWith(prefix)) {
            found.add(HostImage.resolved());
        }
        Optional<Digest> whole = ImageText.digest(text);
        if (whole.isPresent()) {
            // What was built for several platforms is called by its index.
            return whole.map(records::get)
                    .or(() -> name(text).map(name -> records.get(name.image())))
                    .map(resolved)
                    .or(() -> found.stream().findFirst());
        }
        for (ImageRecord record : records.values()) {
            if (record.id().hex().startsWith(prefix)) {
                found.add(resolved.apply(record));
            }
        }
        return found.size() == 1 ? Optional.of(found.getFirst()) : Optional.empty();
    }
}

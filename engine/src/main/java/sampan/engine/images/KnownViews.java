package sampan.engine.images;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import sampan.oci.Digest;
import sampan.oci.image.ImageDocument;

/// What callers see of images, kept: every start of a container looks at its image several times,
/// and between two looks next to none of them has changed.
final class KnownViews {
    private final Map<Digest, Known> known = new ConcurrentHashMap<>();

    private record Known(ImageRecord record, List<ReferenceRecord> names, Image image) {
        boolean isOf(ImageRecord other, List<ReferenceRecord> itsNames) {
            return record.equals(other) && names.equals(itsNames);
        }
    }

    Image of(ImageRecord record, ImageDocument document, List<ReferenceRecord> names) {
        Known before = known.get(record.id());
        if (before != null && before.isOf(record, names)) {
            return before.image();
        }
        Image image = ImageViews.of(record, document, names);
        known.put(record.id(), new Known(record, names, image));
        return image;
    }

    void forget(Digest id) {
        known.remove(id);
    }
}

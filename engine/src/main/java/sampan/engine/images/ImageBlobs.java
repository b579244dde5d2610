package sampan.engine.images;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import sampan.engine.store.OnDisk;
import sampan.oci.Digest;

/// What images take of the content store.
public final class ImageBlobs {
    private ImageBlobs() {}

    /// Bytes on disk of all blobs of an image, each with its digest.
    public static Map<Digest, Long> onDisk(ImageStore images, Digest id) {
        Map<Digest, Long> found = new HashMap<>();
        Optional<ImageRecord> record =
                images.records().stream().filter(r -> r.id().equals(id)).findFirst();
        if (record.isPresent()) {
            found.put(id, 0L);
            for (ImageRecord.Form form : images.keptForms(record.get())) {
                found.put(form.manifest(), 0L);
                form.layerBlobs().forEach(blob -> found.put(blob, 0L));
            }
            images.names(id).stream()
                    .flatMap(name -> name.ownBlobs().stream())
                    .forEach(blob -> found.put(blob, 0L));
        }
        found.replaceAll((blob, _) -> OnDisk.file(images.content().place(blob, false)));
        return found;
    }
}

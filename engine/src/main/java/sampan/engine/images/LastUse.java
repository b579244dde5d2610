package sampan.engine.images;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import sampan.oci.Digest;

/// When images were used last: added, named, or a container of them came or went. It lasts as the
/// time of the image's record does.
public final class LastUse {
    private LastUse() {}

    /// The image was used. Where the disk does not take it, it counts as older.
    public static void note(ImageStore images, Digest id, Instant when) {
        try {
            Files.setLastModifiedTime(images.recordFile(id), FileTime.from(when));
        } catch (IOException e) {
            // removed meanwhile, or a disk that takes nothing
        }
    }

    public static Instant of(ImageStore images, ImageRecord record) {
        Instant latest = record.added();
        for (ReferenceRecord name : images.names(record.id())) {
            latest = name.tagged().isAfter(latest) ? name.tagged() : latest;
        }
        try {
            Instant noted = Files.getLastModifiedTime(images.recordFile(record.id())).toInstant();
            return noted.isAfter(latest) ? noted : latest;
        } catch (IOException e) {
            return latest;
        }
    }
}

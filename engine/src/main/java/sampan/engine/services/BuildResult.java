package sampan.engine.services;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import sampan.linux.sys.Fd;
import sampan.oci.Digest;
import sampan.oci.image.Descriptor;

/// What was built, while it is kept.
public interface BuildResult {
    /// `sha256:…`
    String id();

    /// The files, read-only and mounted nowhere; closed when the look is over.
    Fd root();

    /// Writes the image as `docker save` does; the stream stays the caller's.
    ///
    /// @param names it gets in the archive
    void archive(List<String> names, OutputStream out);

    /// An image as its blobs.
    ///
    /// @param parts its config, then its layers
    record Parts(Descriptor manifest, List<Descriptor> parts) {
        public Parts {
            parts = List.copyOf(parts);
        }
    }

    /// The result's image, the last; where all are asked for, after those of the stages it needed.
    List<Parts> images(boolean all);

    /// A blob of an image; the caller closes it.
    InputStream open(Digest blob);
}

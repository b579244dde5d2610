package sampan.engine.registry;

import java.io.IOException;
import sampan.oci.image.Descriptor;

/// Where images come from: a repository, or a directory of a client's. What it gives may be
/// anything; who stores it checks it. Thread-safe.
public interface ContentSource {
    /// A manifest or index of any known media type. One that was asked for by digest has that
    /// digest.
    ManifestContent manifest(String target);

    /// A blob from this byte on; the caller closes it.
    BlobBody blob(Descriptor blob, long offset) throws IOException;
}

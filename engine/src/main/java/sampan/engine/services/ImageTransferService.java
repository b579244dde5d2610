package sampan.engine.services;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import sampan.oci.image.Platform;

/// Images in and out. What comes in is hostile: confined to the store, bounded, checked.
public interface ImageTransferService {
    /// Told while a transfer goes on; called on the transferring thread.
    interface Progress {
        /// @param id of the layer or image, or empty
        /// @param current bytes so far, total 0 when unknown
        void report(String id, String status, long current, long total);
    }

    /// In the order of the archive.
    ///
    /// @param references `busybox:latest` …
    /// @param ids `sha256:…` of the images without a reference
    record Loaded(List<String> references, List<String> ids) {}

    /// docker-archive or OCI layout, plain or compressed.
    ///
    /// @param platform images of others are left out
    Loaded load(InputStream archive, Optional<Platform> platform, Progress progress);

    /// docker-archive that is an OCI layout too, as current engines write it.
    ///
    /// @param platform of each name that one alone; else all that are here
    void save(List<String> references, Optional<Platform> platform, OutputStream archive);

    /// `docker import`: a root filesystem as a new image of one layer; returns its id.
    String importTar(
            InputStream tar, String repository, String tag, String message, List<String> changes);
}

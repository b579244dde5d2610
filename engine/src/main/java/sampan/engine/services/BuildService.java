package sampan.engine.services;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/// Makes images of Dockerfiles, and keeps the cache of their steps.
public interface BuildService {
    /// @param id `sha256:…`; of the image that it would be where it is not stored
    /// @param tags the image got, as people see them
    /// @param warnings of what is probably not meant
    record Built(String id, List<String> tags, List<String> warnings) {}

    /// Builds; returns when the image is stored. An interrupt, or a listener that throws, ends the
    /// build: its containers are killed, nothing is left over.
    ///
    /// @throws sampan.errors.SampanException INVALID for what the Dockerfile or the request gets
    ///   wrong, with Docker's words; [BuildFailure] where a RUN step failed
    Built build(BuildRequest request, BuildListener listener);

    /// Looks at what was built while it is kept.
    interface Use {
        void accept(BuildResult result);
    }

    /// Builds as [#build(BuildRequest, BuildListener)] does, and has the result looked at.
    Built build(BuildRequest request, BuildListener listener, Use use);

    /// A step that need not be run again.
    ///
    /// @param bytes on disk of its layer, unpacked and as a blob
    /// @param inUse an image has its layer
    record CacheEntry(
            String id,
            String description,
            long bytes,
            Instant created,
            Instant used,
            long uses,
            boolean inUse) {}

    List<CacheEntry> cache();

    /// @param ids of entries that went
    /// @param bytes that were freed on disk
    record PrunedCache(List<String> ids, long bytes) {}

    /// Forgets steps.
    ///
    /// @param all also those whose layer an image has, and cache mounts
    /// @param filters Docker's: `until`, by the last use
    /// @param bounds what stays; the longest unused goes first
    PrunedCache prune(boolean all, Map<String, List<String>> filters, CacheBounds bounds);
}

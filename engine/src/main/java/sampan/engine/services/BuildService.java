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

    /// Kinds of cache, with the words that BuildKit has for them.
    enum CacheKind {
        STEP("regular"),
        MOUNT("exec.cachemount");

        private final String word;

        CacheKind(String word) {
            this.word = word;
        }

        public String word() {
            return word;
        }
    }

    /// A step that need not be run again, or a directory that steps share.
    ///
    /// @param bytes on disk: of a step's layer, unpacked and as a blob
    /// @param shared an image has the step's layer
    /// @param inUse that, or a step has the mount now
    record CacheEntry(
            String id,
            CacheKind kind,
            String description,
            long bytes,
            Instant created,
            Instant used,
            long uses,
            boolean shared,
            boolean inUse) {}

    /// Newest use first.
    List<CacheEntry> cache();

    /// @param ids of entries that went
    /// @param bytes that were freed on disk
    record PrunedCache(List<String> ids, long bytes) {}

    /// Forgets steps, and cache mounts that no step has now.
    ///
    /// @param all also steps whose layer an image has
    /// @param filters Docker's: `until`, by the last use; `type`, `id`
    /// @param bounds what stays; the longest unused goes first
    PrunedCache prune(boolean all, Map<String, List<String>> filters, CacheBounds bounds);
}

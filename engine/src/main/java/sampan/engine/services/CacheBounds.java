package sampan.engine.services;

import sampan.errors.SampanException;

/// How far a prune of the build cache goes, in bytes on disk; 0 where that is not bounded.
///
/// @param reserved the cache may have in any case
/// @param max the cache may have at most
/// @param minFree the filesystem shall have free
public record CacheBounds(long reserved, long max, long minFree) {
    /// All that is chosen goes.
    public static final CacheBounds NONE = new CacheBounds(0, 0, 0);

    public CacheBounds {
        check("reserved-space", reserved);
        check("max-used-space", max);
        check("min-free-space", minFree);
    }

    private static void check(String name, long bytes) {
        if (bytes < 0) {
            throw SampanException.invalid(name + " " + bytes + ": must be 0 or more bytes");
        }
    }

    public boolean isNone() {
        return equals(NONE);
    }

    /// What of the cache stays, as BuildKit reckons it: no more than its bound, less where the disk
    /// wants more free, but what is reserved.
    ///
    /// @param cache bytes that it has
    /// @param free bytes of the filesystem
    public long kept(long cache, long free) {
        long kept = max > 0 ? max : minFree > 0 ? cache : 0;
        long lacking = Math.max(0, minFree - free);
        if (lacking > 0) {
            kept = Math.min(kept, cache - lacking);
        }
        return Math.max(kept, reserved);
    }
}

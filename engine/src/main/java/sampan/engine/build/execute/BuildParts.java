package sampan.engine.build.execute;

import java.nio.file.Path;
import sampan.engine.build.cache.StepCache;
import sampan.engine.images.transfer.Stores;

/// What every build works with.
///
/// @param directory on disk, for contexts and cache mounts; ours alone
/// @param secrets in memory (a tmpfs), for what must not reach a disk; ours alone
/// @param gitBytesMax of a repository that is fetched, with its files, on disk
public record BuildParts(
        Stores stores,
        StepCache cache,
        StepContainers containers,
        CacheMounts mounts,
        ImageFetch fetch,
        Path directory,
        Path secrets,
        long gitBytesMax) {}

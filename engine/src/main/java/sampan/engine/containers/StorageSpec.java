package sampan.engine.containers;

import java.util.List;
import java.util.Map;

/// What the container sees beside its image.
///
/// @param anonymousVolumes targets of `-v /path` and of the image's VOLUME lines
/// @param tmpfs target to options, as `--tmpfs` gives them
/// @param volumesFrom container[:ro|rw]
/// @param shmSize bytes of /dev/shm, 0 for 64 MiB
/// @param options `--storage-opt`
public record StorageSpec(
        List<MountRequest> mounts,
        List<String> anonymousVolumes,
        Map<String, String> tmpfs,
        List<String> volumesFrom,
        long shmSize,
        Map<String, String> options,
        String volumeDriver) {

    /// Where a request came from, so that inspect gives it back in the same place.
    public enum Origin {
        /// `-v`, HostConfig.Binds.
        BINDS,
        /// `--mount`, HostConfig.Mounts.
        MOUNTS
    }

    public enum Type {
        BIND,
        VOLUME,
        TMPFS,
        IMAGE
    }

    /// @param source host path, volume name (empty: anonymous) or image; as given
    /// @param mode the option words after the second colon of `-v`, as given; empty for `--mount`
    /// @param propagation rprivate, private, rshared, shared, rslave, slave; empty for the default
    /// @param createSource a missing host path is made as a directory (`-v` does, `--mount` does
    ///   not)
    /// @param noCopy a new volume is not filled with what the image has there
    /// @param nonRecursive a bind without the mounts below it
    /// @param subpath below the volume's root; empty for the root
    /// @param options tmpfs-size, tmpfs-mode, volume driver options and labels as `label:NAME`
    public record MountRequest(
            Type type,
            String source,
            String target,
            boolean readOnly,
            String mode,
            String propagation,
            boolean createSource,
            boolean noCopy,
            boolean nonRecursive,
            String subpath,
            Map<String, String> options,
            Origin origin) {}
}

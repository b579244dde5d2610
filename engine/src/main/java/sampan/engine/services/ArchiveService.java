package sampan.engine.services;

import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/// Files of containers: copied in and out, compared, exported. Paths are those the container sees:
/// resolved inside its root, with its tmpfs and volumes.
public interface ArchiveService {
    /// @param mode Go's os.FileMode bits, as the X-Docker-Container-Path-Stat header carries them
    /// @param linkTarget of a symbolic link, or empty
    record PathStat(String name, long size, long mode, Instant modified, String linkTarget) {}

    PathStat stat(String reference, String path);

    /// An open file or tree: its stat, and its tar.
    interface Reading extends AutoCloseable {
        PathStat stat();

        void copyTo(OutputStream tar);

        /// As [#copyTo], but its own entry, and what is below it, is called so.
        void copyTo(OutputStream tar, String name);

        @Override
        void close();
    }

    Reading read(String reference, String path);

    /// Unpacks a tar (plain, gzip, zstd…) into an existing directory.
    void write(
            String reference,
            String directory,
            InputStream tar,
            boolean noOverwriteDirNonDir,
            boolean copyOwners);

    enum ChangeKind {
        MODIFIED,
        ADDED,
        DELETED
    }

    record Change(String path, ChangeKind kind) {}

    List<Change> diff(String reference);

    /// The whole root filesystem as a tar.
    void export(String reference, OutputStream tar);

    /// @param changes Dockerfile lines (CMD, ENV, …) applied to the config
    record CommitRequest(
            String reference,
            String repository,
            String tag,
            String comment,
            String author,
            boolean pause,
            List<String> changes,
            Map<String, String> labels) {}

    /// Makes an image of the container; returns its id `sha256:…`.
    String commit(CommitRequest request);
}

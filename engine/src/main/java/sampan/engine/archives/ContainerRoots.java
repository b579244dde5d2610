package sampan.engine.archives;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import sampan.engine.images.Image.ImageConfig;

/// Where the files of containers are: supplied by the containers' side.
public interface ContainerRoots {
    /// @param id 64 digits
    /// @param image as it was asked for
    /// @param imageId `sha256:…`
    /// @param snapshotKey of its active snapshot
    /// @param pid of its first process; absent when it does not run
    /// @param mounts binds and volumes, in the order they are mounted; tmpfs are left out, for a
    ///   stopped container has none
    /// @param readOnlyRoot its root is mounted read-only
    /// @param config its settings in an image's terms: what commit starts from
    record ContainerRoot(
            String id,
            String name,
            String image,
            String imageId,
            String snapshotKey,
            OptionalInt pid,
            List<Mounted> mounts,
            boolean readOnlyRoot,
            ImageConfig config) {}

    /// @param destination absolute path in the container
    /// @param source directory or file on the host
    record Mounted(String destination, Path source, boolean readOnly) {}

    /// Stops the container's processes until it is closed.
    interface Pause extends AutoCloseable {
        @Override
        void close();
    }

    /// How things are now. A container that starts or ends meanwhile makes an operation fail with
    /// CONFLICT or work on what was there; it never reaches another container.
    ///
    /// @throws sampan.errors.SampanException NOT_FOUND `No such container: REF`
    ContainerRoot open(String reference);

    /// Freezes a running container; does nothing where it does not run or is paused already.
    Pause pause(String reference);
}

package sampan.engine.tasks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import sampan.engine.containers.ContainerHandle;
import sampan.engine.containers.ContainerRecord;
import sampan.engine.containers.Containers;
import sampan.errors.ErrnoException;
import sampan.errors.SampanException;
import sampan.linux.mounts.MountFlags;
import sampan.linux.mounts.Mounts;
import sampan.linux.sys.Errno;

/// /dev/shm of containers that share their ipc namespace. A private one is mounted inside of its
/// container; one that others may join has to be mounted where they can reach it: in the donor's
/// directory on the host, for as long as the donor runs.
final class SharedMemory {
    private static final String DIRECTORY = "shm";
    private static final String SHAREABLE = "shareable";
    private static final String JOIN = "container:";

    private final Containers containers;

    SharedMemory(Containers containers) {
        this.containers = containers;
    }

    /// The directory to bind at /dev/shm, where it is not the container's own affair.
    Optional<Path> of(ContainerHandle handle) {
        ContainerRecord record = handle.record();
        String mode = record.spec().namespaces().ipc();
        if (mode.equals(SHAREABLE)) {
            return Optional.of(mounted(handle));
        }
        if (!mode.startsWith(JOIN)) {
            return Optional.empty();
        }
        ContainerHandle donor = containers.resolve(mode.substring(JOIN.length()));
        String shared = donor.record().spec().namespaces().ipc();
        if (shared.equals("host")) {
            return Optional.of(Path.of("/dev/shm"));
        }
        if (!shared.equals(SHAREABLE)) {
            throw SampanException.invalid(
                    "failed to join IPC namespace: container "
                            + donor.id()
                            + ": non-shareable IPC (hint: use IpcMode:shareable for the donor"
                            + " container)");
        }
        return Optional.of(donor.directory().resolve(DIRECTORY));
    }

    private static Path mounted(ContainerHandle handle) {
        Path directory = handle.directory().resolve(DIRECTORY);
        long size = handle.record().spec().storage().shmSize();
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(directory.toString(), e);
        }
        unmount(handle);
        Mounts.mount(
                "shm",
                directory.toString(),
                "tmpfs",
                MountFlags.NOSUID | MountFlags.NODEV | MountFlags.NOEXEC,
                "mode=1777,size=" + (size > 0 ? size : DefaultSpec.SHM_BYTES));
        return directory;
    }

    /// Takes it away when the donor has ended; harmless where there is none.
    static void unmount(ContainerHandle handle) {
        if (!handle.record().spec().namespaces().ipc().equals(SHAREABLE)) {
            return;
        }
        try {
            Mounts.umount(
                    handle.directory().resolve(DIRECTORY).toString(), MountFlags.UMOUNT_DETACH);
        } catch (ErrnoException e) {
            if (e.errno() != Errno.EINVAL && e.errno() != Errno.ENOENT) {
                throw e;
            }
        }
    }
}

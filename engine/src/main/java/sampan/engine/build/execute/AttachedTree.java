package sampan.engine.build.execute;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import sampan.engine.store.Directories;
import sampan.linux.mounts.MountEntry;
import sampan.linux.mounts.MountFlags;
import sampan.linux.mounts.MountTable;
import sampan.linux.mounts.Mounts;
import sampan.linux.mounts.Overlay;
import sampan.linux.sys.Fd;

/// Layers, merged and read-only, at a path: what a container is to see of them is bound from there.
/// Closing it takes them away; who sees them keeps them.
///
/// A tree that is mounted nowhere would do from Linux 6.15 on, which lets such ones be bound.
final class AttachedTree implements AutoCloseable {
    private final Path place;

    /// @param lowers directories of layers, the topmost first
    /// @param place made here; its parent is the caller's to remove, after this was closed
    AttachedTree(List<String> lowers, Path place) {
        this.place = Directories.make(place);
        try (Fd tree = Overlay.detached(lowers, Optional.empty(), Optional.empty())) {
            Mounts.moveMount(tree, Fd.CWD, place.toString());
        }
    }

    String path() {
        return place.toString();
    }

    @Override
    public void close() {
        Mounts.umount(place.toString(), MountFlags.UMOUNT_DETACH);
    }

    /// Takes away what a killed daemon left attached below a directory.
    static void sweep(Path directory) {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try {
            Path real = directory.toRealPath();
            for (MountEntry entry : MountTable.self().entries().reversed()) {
                if (Path.of(entry.mountPoint()).startsWith(real)) {
                    Mounts.umount(entry.mountPoint(), MountFlags.UMOUNT_DETACH);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

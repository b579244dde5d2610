package sampan.engine.snapshots.overlay;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import sampan.engine.store.Directories;
import sampan.linux.mounts.MountFlags;
import sampan.linux.mounts.MountTable;
import sampan.linux.mounts.Mounts;
import sampan.linux.mounts.Overlay;
import sampan.linux.sys.Fd;

/// The machine's root filesystem as a layer.
///
/// The kernel takes no layers of which one lies inside the other (ELOOP), and everything of ours
/// lies inside `/`. So `/` is first put under an overlay of its own, which only reads, with a mask
/// in memory that hides our directories: that is another filesystem to the kernel, and containers
/// stack on it. Overlays nest two deep, so this needs a root that is not an overlay itself.
///
/// Mounted when it is first needed, in the daemon's mount namespace. What a killed daemon left is
/// replaced; containers that run keep theirs.
final class HostView implements AutoCloseable {
    private final Path place;
    private final List<Path> hidden;
    private final ReentrantLock lock = new ReentrantLock();
    private boolean mounted;

    /// @param place a directory of ours, over which it is mounted
    /// @param hidden directories that containers do not see
    HostView(Path place, List<Path> hidden) {
        this.place = Directories.make(place);
        this.hidden = List.copyOf(hidden);
        unmount();
    }

    /// The layer's path.
    String path() {
        lock.lock();
        try {
            if (!mounted) {
                mount();
                mounted = true;
            }
            return place.toString();
        } finally {
            lock.unlock();
        }
    }

    private void mount() {
        try (Fd memory = Mounts.detached("tmpfs", Optional.of("sampan"), 0)) {
            HostMask.make(Path.of(memory.path()), hidden);
            try (Fd view =
                    Overlay.detached(
                            List.of(memory.path(), "/"), Optional.empty(), Optional.empty())) {
                Mounts.moveMount(view, Fd.CWD, place.toString());
            }
        }
    }

    private void unmount() {
        while (!MountTable.self().at(place.toString()).isEmpty()) {
            Mounts.umount(place.toString(), MountFlags.UMOUNT_DETACH);
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            unmount();
            mounted = false;
        } finally {
            lock.unlock();
        }
    }
}

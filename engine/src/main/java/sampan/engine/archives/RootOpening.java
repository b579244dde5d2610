package sampan.engine.archives;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import sampan.engine.archives.ContainerRoots.ContainerRoot;
import sampan.engine.archives.ContainerRoots.Mounted;
import sampan.engine.archives.OpenRoot.Apart;
import sampan.engine.snapshots.RootMount;
import sampan.engine.snapshots.Snapshotter;
import sampan.errors.ErrnoException;
import sampan.errors.SampanException;
import sampan.linux.files.FileOps;
import sampan.linux.files.InRoot;
import sampan.linux.mounts.AttrChange;
import sampan.linux.mounts.MountAttr;
import sampan.linux.mounts.MountFlags;
import sampan.linux.mounts.Mounts;
import sampan.linux.mounts.Overlay;
import sampan.linux.sys.Errno;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;

/// Opens the files of containers.
final class RootOpening {
    private static final int DIRECTORY = Open.PATH | Open.DIRECTORY;
    private static final int MOUNT_POINT_MODE = 0755;

    private final ContainerRoots roots;
    private final Snapshotter snapshots;

    RootOpening(ContainerRoots roots, Snapshotter snapshots) {
        this.roots = roots;
        this.snapshots = snapshots;
    }

    /// With everything that the container sees.
    ///
    /// @param write files will be changed
    OpenRoot open(String reference, boolean write) {
        ContainerRoot container = roots.open(reference);
        if (container.pid().isPresent()) {
            return new OpenRoot(container, running(reference, container), List.of());
        }
        RootMount mount = snapshots.rootMount(container.snapshotKey());
        Fd root = write ? writable(mount) : readable(mount);
        List<Apart> apart = new ArrayList<>();
        try {
            for (Mounted mounted : container.mounts()) {
                attach(root, mounted, write, apart);
            }
            return new OpenRoot(container, root, List.copyOf(apart.reversed()));
        } catch (RuntimeException e) {
            new OpenRoot(container, root, apart).close();
            throw e;
        }
    }

    /// The root filesystem alone, for reading. Of a running container it is what its processes have
    /// as root; what is mounted in it is on other mounts.
    OpenRoot openBare(String reference) {
        ContainerRoot container = roots.open(reference);
        Fd root =
                container.pid().isPresent()
                        ? running(reference, container)
                        : readable(snapshots.rootMount(container.snapshotKey()));
        return new OpenRoot(container, root, List.of());
    }

    // The process's directory stays the process's when the number is given to another; that it was
    // the container's when it was opened is known by asking again.
    private Fd running(String reference, ContainerRoot container) {
        int pid = container.pid().orElseThrow();
        try (Fd process = Fd.open("/proc/" + pid, DIRECTORY)) {
            if (!roots.open(reference).pid().equals(container.pid())) {
                throw ended(reference);
            }
            Fd root = FileOps.openAt(process, "root", DIRECTORY);
            if (FileOps.stat(root).mountId() == ownRootMount()) {
                root.close();
                throw ended(reference);
            }
            return root;
        } catch (ErrnoException e) {
            if (e.isMissing() || e.errno() == Errno.ESRCH) {
                throw ended(reference);
            }
            throw e;
        }
    }

    private static long ownRootMount() {
        return FileOps.statAt(Fd.CWD, "/").mountId();
    }

    private static SampanException ended(String reference) {
        return SampanException.conflict(
                "container " + reference + " started or ended meanwhile: try again");
    }

    private static Fd writable(RootMount mount) {
        return Overlay.detached(mount.lowers(), mount.upper(), mount.work());
    }

    // The upper directory as the topmost lower: it may become a running container's meanwhile.
    private static Fd readable(RootMount mount) {
        List<String> lowers = new ArrayList<>();
        mount.upper().ifPresent(lowers::add);
        lowers.addAll(mount.lowers());
        return Overlay.detached(lowers, Optional.empty(), Optional.empty());
    }

    private static void attach(Fd root, Mounted mounted, boolean write, List<Apart> apart) {
        if (!Files.exists(mounted.source())) {
            return;
        }
        boolean directory = Files.isDirectory(mounted.source());
        Fd source = copyOf(mounted);
        boolean kept = false;
        try (Fd target = mountPoint(root, mounted.destination(), write && directory)) {
            Mounts.moveMount(source, target, "");
        } catch (ErrnoException e) {
            // Before kernel 6.15 nothing can be attached to a tree that is itself detached.
            if (e.errno() == Errno.EINVAL && directory) {
                apart.add(new Apart(trimmed(mounted.destination()), source));
                kept = true;
            } else if (!e.isMissing() && e.errno() != Errno.ENOTDIR) {
                throw e;
            }
        } finally {
            if (!kept) {
                source.close();
            }
        }
    }

    private static Fd copyOf(Mounted mounted) {
        Fd source =
                Mounts.openTree(
                        Fd.CWD,
                        mounted.source().toString(),
                        MountFlags.OPEN_TREE_CLONE | Open.AT_RECURSIVE);
        if (mounted.readOnly()) {
            Mounts.setAttributes(source, AttrChange.set(MountAttr.RDONLY), true);
        }
        return source;
    }

    private static Fd mountPoint(Fd root, String destination, boolean make) {
        return make
                ? InRoot.mkdirs(root, trimmed(destination), MOUNT_POINT_MODE)
                : FileOps.openInRoot(root, trimmed(destination), Open.PATH, 0);
    }

    private static String trimmed(String path) {
        String text = path;
        while (text.startsWith("/")) {
            text = text.substring(1);
        }
        while (text.endsWith("/")) {
            text = text.substring(0, text.length() - 1);
        }
        return text.isEmpty() ? "." : text;
    }
}

package sampan.engine.snapshots.overlay;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import sampan.linux.files.FileOps;
import sampan.linux.files.FileType;
import sampan.linux.files.Stat;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;

/// A layer over the machine's root filesystem that hides the engine's own directories: they hold
/// every container's files, and the kernel answers ELOOP where an overlay's upper directory is seen
/// through its own lower.
final class HostMask {
    private HostMask() {}

    /// Fills the layer.
    ///
    /// @param mask an empty directory
    /// @param hidden directories on the machine; those on other mounts are not seen anyway
    static void make(Path mask, List<Path> hidden) {
        try (Fd machine = Fd.open("/", Open.PATH | Open.DIRECTORY);
                Fd top = Fd.open(mask.toString(), Open.PATH | Open.DIRECTORY)) {
            Stat root = FileOps.stat(machine);
            copyAttributes(root, top);
            for (Path path : hidden) {
                hide(machine, root, top, path);
            }
        }
    }

    private static void hide(Fd machine, Stat root, Fd top, Path path) {
        Path real;
        try {
            real = path.toRealPath();
        } catch (IOException e) {
            return; // what is not there need not be hidden
        }
        try (Fd target = FileOps.openInRoot(machine, real.toString(), Open.PATH, 0)) {
            if (FileOps.stat(target).mountId() != root.mountId()) {
                return;
            }
        }
        Fd parent = top.duplicate();
        try {
            for (int i = 1; i < real.getNameCount(); i++) {
                Fd next = child(machine, parent, real.subpath(0, i));
                parent.close();
                parent = next;
            }
            String name = real.getFileName().toString();
            if (FileOps.statIfExists(parent, name).isEmpty()) {
                FileOps.mknodAt(parent, name, FileType.CHARACTER_DEVICE.bits(), 0);
            }
        } finally {
            parent.close();
        }
    }

    private static Fd child(Fd machine, Fd parent, Path path) {
        String name = path.getFileName().toString();
        if (FileOps.statIfExists(parent, name).isEmpty()) {
            FileOps.mkdirAt(parent, name, 0700);
        }
        Fd made = FileOps.openAt(parent, name, Open.PATH | Open.DIRECTORY | Open.NOFOLLOW);
        copyAttributes(FileOps.statAt(machine, path.toString()), made);
        return made;
    }

    private static void copyAttributes(Stat from, Fd to) {
        FileOps.fchownAt(to, "", from.uid(), from.gid());
        FileOps.fchmodAt(to, "", from.permissions());
        FileOps.utimensAt(
                to, "", from.atimeSec(), from.atimeNsec(), from.mtimeSec(), from.mtimeNsec());
    }
}

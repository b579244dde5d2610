package sampan.engine.tasks;

import java.nio.file.Path;
import java.util.List;
import sampan.engine.containers.Container.MountPoint;
import sampan.engine.containers.ContainerRecord.MountSource;
import sampan.engine.containers.MountTable;
import sampan.engine.snapshots.RootMount;
import sampan.engine.volumes.Volume;
import sampan.engine.volumes.Volumes;
import sampan.errors.ErrnoException;
import sampan.linux.files.FileOps;
import sampan.linux.sys.Errno;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;

/// Fills empty volumes with what the image has at their targets, when a container is made.
public final class VolumeFilling {
    private static final int DIRECTORY = Open.RDONLY | Open.DIRECTORY;

    private final Volumes volumes;

    public VolumeFilling(Volumes volumes) {
        this.volumes = volumes;
    }

    /// Fills those of the mounts that ask for it and are empty.
    public void fill(MountTable.Settled settled, RootMount root) {
        List<MountPoint> mounts = settled.mounts();
        List<MountSource> sources = settled.sources();
        try (RootReading image = new RootReading(root)) {
            for (int i = 0; i < mounts.size(); i++) {
                MountPoint mount = mounts.get(i);
                if (mount.type().equals("volume") && sources.get(i).copyUp()) {
                    volumes.find(mount.name())
                            .ifPresent(volume -> fill(image, mount.destination(), volume));
                }
            }
        }
    }

    private void fill(RootReading image, String target, Volume volume) {
        Path directory = volumes.source(volume);
        try (Fd to = Fd.open(directory.toString(), DIRECTORY)) {
            if (!FileOps.readDir(to).isEmpty()) {
                return;
            }
            try (Fd from = FileOps.openInRoot(image.root(), target, DIRECTORY, 0)) {
                TreeCopy.copy(from, to);
            }
        } catch (ErrnoException e) {
            // The image has no directory there: the volume stays empty.
            if (e.errno() != Errno.ENOENT && e.errno() != Errno.ENOTDIR) {
                throw e;
            }
        }
    }
}

package sampan.app;

import java.nio.file.Path;
import java.util.List;
import sampan.engine.volumes.local.LocalVolumes.TmpfsMounter;
import sampan.linux.mounts.MountFlags;
import sampan.linux.mounts.MountTable;
import sampan.linux.mounts.Mounts;

/// Memory volumes by mount(2), in the daemon's own mount namespace.
final class KernelTmpfs implements TmpfsMounter {
    @Override
    public void mount(Path target, List<String> options) {
        if (mounted(target)) {
            return;
        }
        Mounts.mount(
                "tmpfs",
                target.toString(),
                "tmpfs",
                MountFlags.NOSUID | MountFlags.NODEV,
                String.join(",", options));
    }

    @Override
    public void unmount(Path target) {
        if (mounted(target)) {
            Mounts.umount(target.toString(), MountFlags.UMOUNT_DETACH);
        }
    }

    private static boolean mounted(Path target) {
        return !MountTable.self().at(target.toString()).isEmpty();
    }
}

package sampan.engine.archives;

import java.io.OutputStream;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import sampan.engine.snapshots.RootMount;
import sampan.engine.trees.PackOptions;
import sampan.engine.trees.TreeArchiver;
import sampan.linux.sys.Fd;
import sampan.oci.tar.TarWriter;

/// What a container changed, as a layer: its upper directory without what starting it left there.
public final class UpperLayer {
    private UpperLayer() {}

    /// @param targets of the container's own mounts, absolute: what was made to mount upon is no
    ///   change
    /// @param newest later times are cut to this one, in seconds
    public static void pack(
            RootMount mount, OutputStream out, List<String> targets, OptionalLong newest) {
        try (Fd upper = ContainerArchives.upper(mount);
                Fd lower = ContainerArchives.lower(mount)) {
            Set<String> stubs = MountStubs.in(upper, lower, targets);
            TarWriter tar = new TarWriter(out);
            TreeArchiver.pack(
                    upper,
                    tar,
                    new PackOptions("", false, true, false, path -> !stubs.contains(path), newest));
            tar.finish();
        }
    }
}

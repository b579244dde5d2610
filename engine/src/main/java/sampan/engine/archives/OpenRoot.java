package sampan.engine.archives;

import java.util.ArrayList;
import java.util.List;
import sampan.engine.archives.ContainerRoots.ContainerRoot;
import sampan.linux.sys.Fd;

/// The files of one container, open. Whoever opened it closes it.
///
/// @param root its root directory; every path is opened below it
/// @param apart mounts that could not be attached to the root, so that they are found by the
///   beginning of a path, the last mounted first
record OpenRoot(ContainerRoot container, Fd root, List<Apart> apart) implements AutoCloseable {
    /// @param path of the mount, without slashes at its ends
    record Apart(String path, Fd root) {}

    /// A root and a path below it.
    record Spot(Fd root, String path) {}

    /// Where a path is to be looked up.
    ///
    /// @param path cleaned: no dots, no doubled slashes, none in front
    Spot spot(String path) {
        for (Apart mount : apart) {
            if (path.equals(mount.path())) {
                return new Spot(mount.root(), "");
            }
            if (path.startsWith(mount.path() + "/")) {
                return new Spot(mount.root(), path.substring(mount.path().length() + 1));
            }
        }
        return new Spot(root, path);
    }

    @Override
    public void close() {
        List<Fd> all = new ArrayList<>(apart.stream().map(Apart::root).toList());
        all.add(root);
        all.forEach(Fd::close);
    }
}

package sampan.engine.archives;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import sampan.engine.trees.MountsLink;
import sampan.errors.ErrnoException;
import sampan.linux.files.FileOps;
import sampan.linux.files.FileType;
import sampan.linux.files.Stat;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;

/// What starting a container made in its upper directory: empty files and directories to mount
/// upon, and the link /etc/mtab. They are no change of the container's and belong to no image.
final class MountStubs {
    // Those below before those above.
    private static final List<String> PLACES =
            List.of(
                    "etc/hosts",
                    "etc/hostname",
                    "etc/resolv.conf",
                    MountsLink.PATH,
                    "etc",
                    "dev/console",
                    "dev/pts",
                    "dev/shm",
                    "dev/mqueue",
                    "dev",
                    "proc",
                    "sys",
                    ".dockerenv");

    private MountStubs() {}

    /// Paths of the stubs that are in the upper directory and not below it.
    static Set<String> in(Fd upper, Fd lower) {
        return in(upper, lower, List.of());
    }

    /// @param targets of the container's own mounts, absolute
    static Set<String> in(Fd upper, Fd lower, List<String> targets) {
        Set<String> found = new HashSet<>();
        List<String> places = new ArrayList<>();
        targets.forEach(target -> addWithParents(target, places));
        places.addAll(PLACES);
        for (String place : places) {
            Optional<Stat> made = stat(upper, place);
            if (made.isPresent()
                    && stat(lower, place).isEmpty()
                    && isStub(upper, place, made.get(), found)) {
                found.add(place);
            }
        }
        return found;
    }

    private static void addWithParents(String target, List<String> places) {
        String path = target.replaceAll("^/+|/+$", "");
        while (!path.isEmpty()) {
            places.add(path);
            path = path.substring(0, Math.max(0, path.lastIndexOf('/')));
        }
    }

    private static Optional<Stat> stat(Fd root, String path) {
        try (Fd file = FileOps.openInRoot(root, path, Open.PATH | Open.NOFOLLOW, 0)) {
            return Optional.of(FileOps.stat(file));
        } catch (ErrnoException e) {
            return Optional.empty();
        }
    }

    private static boolean isStub(Fd upper, String path, Stat stat, Set<String> stubs) {
        if (stat.type() == FileType.SYMLINK) {
            return path.equals(MountsLink.PATH) && MountsLink.bytesIn(upper) > 0;
        }
        if (stat.isRegular()) {
            return stat.size() == 0;
        }
        if (!stat.isDirectory()) {
            return false;
        }
        try (Fd directory = FileOps.openInRoot(upper, path, Open.RDONLY | Open.DIRECTORY, 0)) {
            return FileOps.readDir(directory).stream()
                    .allMatch(entry -> stubs.contains(path + "/" + entry.name()));
        }
    }
}

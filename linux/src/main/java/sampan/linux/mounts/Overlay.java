package sampan.linux.mounts;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import sampan.errors.ErrnoException;
import sampan.errors.SampanException;
import sampan.linux.sys.DisposableThread;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Kernel;
import sampan.linux.sys.Nr;
import sampan.linux.sys.Open;

/// Overlay mounts (Documentation/filesystems/overlayfs) that are attached nowhere: for reading and
/// changing a container's files while it does not run. Nothing appears in any mount table, nothing
/// is left when the daemon is killed.
public final class Overlay {
    /// Lower layers that overlayfs stacks (OVL_MAX_STACK).
    public static final int LOWER_MAX = 500;

    private static final int CLONE_NEWNS = 0x20000;
    // Of the 4095 bytes that mount(2) takes as options, those for paths.
    private static final int MOUNT_ROOM = 3500;

    private Overlay() {}

    /// As [#detached(List,Optional,Optional,List)] without options.
    public static Fd detached(List<String> lower, Optional<String> upper, Optional<String> work) {
        return detached(lower, upper, work, List.of());
    }

    /// Stacks the directories; the descriptor is the root of the result, for `FileOps.openInRoot`.
    ///
    /// @param lower read-only layers, the topmost first; 1 to [#LOWER_MAX]
    /// @param upper what changes go to; without it the mount is read-only
    /// @param work an empty directory on the file system of `upper`; comes with it
    /// @param options `key=value` or a bare key: `volatile`, `userxattr`, `metacopy=off`, ...
    public static Fd detached(
            List<String> lower,
            Optional<String> upper,
            Optional<String> work,
            List<String> options) {
        if (lower.isEmpty() || lower.size() > LOWER_MAX) {
            throw SampanException.invalid(
                    "overlay with " + lower.size() + " lower layers: 1 to " + LOWER_MAX);
        }
        if (upper.isPresent() != work.isPresent()) {
            throw SampanException.invalid("overlay with only one of upper and work: give both");
        }
        if (upper.isEmpty() && lower.size() == 1) {
            return readOnlyCopy(lower.getFirst());
        }
        List<Fd> held = new ArrayList<>();
        try {
            int room = lowerByLowerOffered() ? Mounts.VALUE_MAX : MOUNT_ROOM / (lower.size() + 2);
            List<String> lowers = lower.stream().map(path -> plain(path, room, held)).toList();
            Optional<String> up = upper.map(path -> plain(path, room, held));
            Optional<String> wk = work.map(path -> plain(path, room, held));
            return lowerByLowerOffered()
                    ? byContext(lowers, up, wk, options)
                    : byMount(lowers, up, wk, options);
        } finally {
            held.forEach(Fd::close);
        }
    }

    // Overlayfs refuses a single lower layer without an upper one; there is nothing to stack.
    private static Fd readOnlyCopy(String lower) {
        Fd tree = Mounts.openTree(Fd.CWD, lower, MountFlags.OPEN_TREE_CLONE);
        try {
            Mounts.setAttributes(tree, AttrChange.set(MountAttr.RDONLY), false);
            return tree;
        } catch (RuntimeException e) {
            tree.close();
            throw e;
        }
    }

    /// Whether overlayfs takes one layer at a time (`lowerdir+`, kernel 6.8); asked once.
    public static boolean lowerByLowerOffered() {
        return Offered.LOWER_BY_LOWER;
    }

    private static final class Offered {
        static final boolean LOWER_BY_LOWER = ask();

        private static boolean ask() {
            try (Fd context = Mounts.fsopen("overlay")) {
                Mounts.configure(context, "lowerdir+", "/");
                return !takesAnything(context);
            } catch (ErrnoException e) {
                return false;
            }
        }

        // Up to Linux 6.4 the words are kept as they come, and looked at when the mount is made.
        private static boolean takesAnything(Fd context) {
            try {
                Mounts.configure(context, "no-such-option", "1");
                return true;
            } catch (ErrnoException e) {
                return false;
            }
        }
    }

    static Fd byContext(
            List<String> lower,
            Optional<String> upper,
            Optional<String> work,
            List<String> options) {
        try (Fd context = Mounts.fsopen("overlay")) {
            Mounts.configure(context, "source", "overlay");
            lower.forEach(path -> Mounts.configure(context, "lowerdir+", path));
            upper.ifPresent(path -> Mounts.configure(context, "upperdir", path));
            work.ifPresent(path -> Mounts.configure(context, "workdir", path));
            for (String option : options) {
                int equals = option.indexOf('=');
                if (equals < 0) {
                    Mounts.configureFlag(context, option);
                } else {
                    Mounts.configure(
                            context, option.substring(0, equals), option.substring(equals + 1));
                }
            }
            Mounts.create(context);
            return Mounts.fsmount(context, upper.isPresent() ? 0 : MountAttr.RDONLY);
        }
    }

    /// mount(2) must attach: it does in a mount namespace that ends with its thread, and a detached
    /// copy of the mount outlives that.
    static Fd byMount(
            List<String> lower,
            Optional<String> upper,
            Optional<String> work,
            List<String> options) {
        StringBuilder data = new StringBuilder("lowerdir=").append(String.join(":", lower));
        upper.ifPresent(path -> data.append(",upperdir=").append(path));
        work.ifPresent(path -> data.append(",workdir=").append(path));
        options.forEach(option -> data.append(',').append(option));
        String place = lower.getFirst();
        return DisposableThread.call(
                "overlay",
                () -> {
                    Kernel.call("unshare", "mnt", Nr.UNSHARE, CLONE_NEWNS, 0, 0);
                    Mounts.mount("", "/", "", MountFlags.REC | MountFlags.PRIVATE, "");
                    long flags = upper.isPresent() ? 0 : MountFlags.RDONLY;
                    Mounts.mount("overlay", place, "overlay", flags, data.toString());
                    return Mounts.openTree(Fd.CWD, place, MountFlags.OPEN_TREE_CLONE);
                });
    }

    /// The path itself, or a short one without characters that overlayfs gives a meaning.
    private static String plain(String path, int room, List<Fd> held) {
        boolean simple =
                path.startsWith("/")
                        && path.length() <= room
                        && path.chars().allMatch(Overlay::isSimple);
        if (simple) {
            return path;
        }
        Fd dir = Fd.open(path, Open.PATH | Open.DIRECTORY);
        held.add(dir);
        return dir.path();
    }

    private static boolean isSimple(int c) {
        return c < 0x7F && (Character.isLetterOrDigit(c) || "/._-+@".indexOf(c) >= 0);
    }
}

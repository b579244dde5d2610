package sampan.linux.cgroups;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import sampan.linux.files.FileOps;

/// Reads which hierarchies are mounted and where this process is in them, from the texts of
/// /proc/self/mountinfo (proc_pid_mountinfo(5)) and /proc/self/cgroup (cgroups(7)).
final class CgroupMounts {
    private static final String NAMED = "name=";
    private static final int CGROUP_BYTES_MAX = 64 << 10;
    private static final String USUAL_PLACE = "/sys/fs/cgroup";

    private CgroupMounts() {}

    private record Mount(String root, String point, String type, Set<String> options) {
        boolean unified() {
            return type.equals("cgroup2");
        }

        /// What /proc/self/cgroup calls this hierarchy, one key per controller.
        List<String> keys() {
            return unified() ? List.of("") : List.copyOf(options);
        }

        boolean betterThan(Mount other) {
            if (root.equals("/") != other.root.equals("/")) {
                return root.equals("/");
            }
            return point.startsWith(USUAL_PLACE) && !other.point.startsWith(USUAL_PLACE);
        }
    }

    /// Where a process stands, a line for each hierarchy.
    ///
    /// @param process its pid, or `self`
    static List<String> linesOf(String process) {
        return FileOps.readSmallFile("/proc/" + process + "/cgroup", CGROUP_BYTES_MAX)
                .lines()
                .toList();
    }

    /// The hierarchies in the order of their mounts; of one that is mounted twice the better place
    /// is taken: with the whole tree below it, then below /sys/fs/cgroup.
    static List<Hierarchy.Place> parse(List<String> mountinfo, List<String> ownCgroups) {
        Map<String, String> own = ownPaths(ownCgroups);
        List<Mount> mounts = new ArrayList<>();
        for (String line : mountinfo) {
            mount(line).ifPresent(mount -> keepBest(mounts, mount));
        }
        List<Hierarchy.Place> places = new ArrayList<>(mounts.size());
        for (Mount mount : mounts) {
            place(mount, own).ifPresent(places::add);
        }
        return places;
    }

    private static void keepBest(List<Mount> mounts, Mount mount) {
        for (int i = 0; i < mounts.size(); i++) {
            Mount other = mounts.get(i);
            if (other.unified() == mount.unified() && other.options.equals(mount.options)) {
                if (mount.betterThan(other)) {
                    mounts.set(i, mount);
                }
                return;
            }
        }
        mounts.add(mount);
    }

    private static Optional<Mount> mount(String line) {
        int dash = line.indexOf(" - ");
        if (dash < 0) {
            return Optional.empty();
        }
        String[] head = line.substring(0, dash).split(" ", -1);
        String[] tail = line.substring(dash + 3).split(" ", -1);
        if (head.length < 6 || tail.length < 3 || !tail[0].startsWith("cgroup")) {
            return Optional.empty();
        }
        Set<String> options = new TreeSet<>();
        if (tail[0].equals("cgroup")) {
            for (String option : tail[2].split(",", -1)) {
                if (option.startsWith(NAMED) || Controller.named(option, false).isPresent()) {
                    options.add(option);
                }
            }
            if (options.isEmpty()) {
                return Optional.empty();
            }
        }
        return Optional.of(new Mount(unescape(head[3]), unescape(head[4]), tail[0], options));
    }

    private static Optional<Hierarchy.Place> place(Mount mount, Map<String, String> own) {
        Set<Controller> controllers = EnumSet.noneOf(Controller.class);
        String name = "";
        String path = "/";
        boolean known = false;
        for (String key : mount.keys()) {
            if (key.startsWith(NAMED)) {
                name = key.substring(NAMED.length());
            } else {
                Controller.named(key, false).ifPresent(controllers::add);
            }
            String listed = own.get(key);
            if (listed != null) {
                known = true;
                path = below(mount.root, listed);
            }
        }
        // A hierarchy that the kernel no longer lists is a stale mount.
        return known
                ? Optional.of(
                        new Hierarchy.Place(
                                mount.unified(), Set.copyOf(controllers), name, mount.point, path))
                : Optional.empty();
    }

    /// A cgroup's path as seen from the mount point; `/` where it lies outside of the mount.
    private static String below(String mountRoot, String path) {
        if (mountRoot.equals("/")) {
            return path.startsWith("/..") ? "/" : path;
        }
        if (path.equals(mountRoot) || !path.startsWith(mountRoot + "/")) {
            return "/";
        }
        return path.substring(mountRoot.length());
    }

    /// Paths by controller, `name=NAME`, or the empty key of version 2.
    static Map<String, String> ownPaths(List<String> lines) {
        Map<String, String> own = new HashMap<>();
        for (String line : lines) {
            String[] parts = line.split(":", 3);
            if (parts.length == 3) {
                for (String key : parts[1].split(",", -1)) {
                    own.put(key, parts[2]);
                }
            }
        }
        return own;
    }

    /// Undoes the octal escapes of spaces, tabs, line feeds and backslashes.
    private static String unescape(String text) {
        if (text.indexOf('\\') < 0) {
            return text;
        }
        StringBuilder plain = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '\\' && i + 3 < text.length()) {
                plain.append((char) Integer.parseInt(text.substring(i + 1, i + 4), 8));
                i += 3;
            } else {
                plain.append(text.charAt(i));
            }
        }
        return plain.toString();
    }
}

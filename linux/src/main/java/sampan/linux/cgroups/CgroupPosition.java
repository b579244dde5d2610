package sampan.linux.cgroups;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Where a process stands in every hierarchy: relative paths of cgroups count from there.
public final class CgroupPosition {
    /// This process's own, as the layout found it.
    public static final CgroupPosition OURS = new CgroupPosition(Map.of(), Map.of());

    private final Map<String, String> theirs;
    private final Map<String, String> ours;

    private CgroupPosition(Map<String, String> theirs, Map<String, String> ours) {
        this.theirs = theirs;
        this.ours = ours;
    }

    /// @param theirs the lines of another process's /proc/PID/cgroup, read by this process
    /// @param ours those of this process, which tell what part of a path lies above the mounts
    public static CgroupPosition of(List<String> theirs, List<String> ours) {
        return theirs.equals(ours) ? OURS : new CgroupPosition(byKey(theirs), byKey(ours));
    }

    private static Map<String, String> byKey(List<String> lines) {
        Map<String, String> paths = new HashMap<>();
        CgroupMounts.ownPaths(lines).forEach(paths::put);
        return paths;
    }

    /// The path from the mount point of that hierarchy, `/` at least.
    String in(Hierarchy hierarchy) {
        String key = hierarchy.key();
        String listed = theirs.get(key);
        String own = ours.get(key);
        if (listed == null || own == null) {
            return hierarchy.own();
        }
        String above =
                own.endsWith(hierarchy.own())
                        ? own.substring(0, own.length() - hierarchy.own().length())
                        : own;
        if (above.isEmpty() || above.equals("/")) {
            return listed.startsWith("/..") ? "/" : listed;
        }
        return listed.startsWith(above + "/") ? listed.substring(above.length()) : "/";
    }
}

package sampan.runtime.compile;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import sampan.linux.cgroups.Cgroup;
import sampan.linux.cgroups.CgroupEntry;
import sampan.linux.cgroups.CgroupLayout;
import sampan.linux.cgroups.Hierarchy;

/// Where a container's process enters its cgroups, in the plan compiler's words.
public final class CgroupPlaces {
    private CgroupPlaces() {}

    /// @param ownUsers the process gets a user namespace, from which it could not place itself
    /// @param slot of the entry's directory among the launcher's descriptors, where it has one
    public static CgroupPlacement of(
            Cgroup cgroup,
            CgroupLayout layout,
            CgroupEntry entry,
            boolean ownUsers,
            OptionalInt slot) {
        return new CgroupPlacement(
                ownUsers ? List.of() : entry.selfFiles(),
                ownUsers ? entry.procsFiles() : List.of(),
                slot,
                view(layout, cgroup));
    }

    private static CgroupPlacement.View view(CgroupLayout layout, Cgroup cgroup) {
        return switch (layout) {
            case CgroupLayout.V2(Hierarchy tree) ->
                    new CgroupPlacement.View.V2(cgroup.hostPath(tree));
            case CgroupLayout.V1(List<Hierarchy> hierarchies) -> old(hierarchies, cgroup);
            case CgroupLayout.Hybrid(List<Hierarchy> hierarchies, Hierarchy _) ->
                    old(hierarchies, cgroup);
        };
    }

    private static CgroupPlacement.View old(List<Hierarchy> hierarchies, Cgroup cgroup) {
        List<CgroupPlacement.Hierarchy> views = new ArrayList<>();
        for (Hierarchy hierarchy : hierarchies) {
            String mountPoint = hierarchy.mountPoint();
            String name = mountPoint.substring(mountPoint.lastIndexOf('/') + 1);
            String label = hierarchy.label();
            List<String> links =
                    label.startsWith("name=") || label.indexOf(',') < 0
                            ? List.of()
                            : List.of(label.split(",", -1));
            views.add(
                    new CgroupPlacement.Hierarchy(name, label, cgroup.hostPath(hierarchy), links));
        }
        return new CgroupPlacement.View.V1(views);
    }
}

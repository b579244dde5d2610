package sampan.engine.tasks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import sampan.linux.cgroups.Cgroup;
import sampan.linux.cgroups.CgroupLayout;
import sampan.linux.cgroups.Hierarchy;
import sampan.linux.process.Signals;

/// Finds cgroups below the daemon's own that belong to no container.
public final class CgroupSweep {
    private static final String ID = "[0-9a-f]{64}";

    private final CgroupLayout cgroups;
    private final String parent;

    /// @param parent absolute path in all hierarchies
    public CgroupSweep(CgroupLayout cgroups, String parent) {
        this.cgroups = cgroups;
        this.parent = parent;
    }

    /// Names of those whose container is not among the given ids.
    public List<String> strays(Collection<String> ids) {
        Set<String> names = new TreeSet<>();
        for (Hierarchy hierarchy : cgroups.hierarchies()) {
            Path directory = Path.of(hierarchy.mountPoint() + parent);
            try (var entries = Files.newDirectoryStream(directory, Files::isDirectory)) {
                for (Path entry : entries) {
                    String name = String.valueOf(entry.getFileName());
                    if (name.matches(ID) && !ids.contains(name)) {
                        names.add(name);
                    }
                }
            } catch (NoSuchFileException _) {
                // Nothing ran in this hierarchy yet.
            } catch (IOException e) {
                throw new UncheckedIOException(directory.toString(), e);
            }
        }
        return new ArrayList<>(names);
    }

    /// Where a container's cgroup is, in all hierarchies.
    public String path(String id) {
        return (parent.equals("/") ? "" : parent) + "/" + id;
    }

    /// Kills what is in one, and removes it.
    public void remove(String id) {
        Cgroup stray = cgroups.open(path(id));
        stray.kill(Signals.KILL);
        stray.delete();
    }

    /// Kills what is in strays, and removes them.
    ///
    /// @param kept paths of cgroups whose tasks are known
    public void sweep(Set<String> kept) {
        for (String name : strays(List.of())) {
            if (!kept.contains(path(name))) {
                remove(name);
            }
        }
    }

    /// Removes the parent itself where nothing is left in it: for a daemon that ends.
    public void retire() {
        Cgroup own = cgroups.open(parent);
        if (!parent.equals("/") && own.exists() && own.isEmpty() && strays(List.of()).isEmpty()) {
            own.delete();
        }
    }
}

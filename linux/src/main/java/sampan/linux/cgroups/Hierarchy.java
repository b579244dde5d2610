package sampan.linux.cgroups;

import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;

/// One mounted tree of cgroups. Keeps its root open from the first use until [#close], because
/// paths relative to it cost a fraction of absolute ones.
public final class Hierarchy implements AutoCloseable {
    private final Place place;
    private final AtomicReference<@Nullable Fd> root = new AtomicReference<>();

    Hierarchy(Place place) {
        this.place = place;
    }

    /// Where it is mounted and what it governs.
    ///
    /// @param unified whether it is the one of version 2
    /// @param controllers in version 2 those that its root offers
    /// @param name of a hierarchy of version 1 without controllers, such as `systemd`; else empty
    /// @param mountPoint absolute path
    /// @param own the cgroup of this process as a path from the mount point, `/` at least
    record Place(
            boolean unified,
            Set<Controller> controllers,
            String name,
            String mountPoint,
            String own) {}

    public boolean unified() {
        return place.unified;
    }

    public Set<Controller> controllers() {
        return place.controllers;
    }

    public String mountPoint() {
        return place.mountPoint;
    }

    /// The cgroup of this process in it, `/` at least.
    public String own() {
        return place.own;
    }

    /// What it is called in messages: `cpu,cpuacct`, `name=systemd`, `unified`.
    public String label() {
        if (place.unified) {
            return "unified";
        }
        if (!place.name.isEmpty()) {
            return "name=" + place.name;
        }
        return place.controllers.stream()
                .map(Controller::v1Name)
                .sorted()
                .collect(Collectors.joining(","));
    }

    /// One of the names under which /proc/PID/cgroup lists it.
    String key() {
        if (place.unified) {
            return "";
        }
        return place.name.isEmpty()
                ? place.controllers.iterator().next().v1Name()
                : "name=" + place.name;
    }

    /// Whether it is of version 1 and goes by that name in /proc/PID/cgroup, one of several.
    boolean governs(String name) {
        return !place.unified
                && (name.equals("name=" + place.name)
                        || place.controllers.stream().anyMatch(c -> c.v1Name().equals(name)));
    }

    int rootNumber() {
        Fd open = root.get();
        if (open == null) {
            Fd fresh = Fd.open(place.mountPoint, Open.PATH | Open.DIRECTORY);
            if (root.compareAndSet(null, fresh)) {
                open = fresh;
            } else {
                fresh.close();
                open = Objects.requireNonNull(root.get());
            }
        }
        return open.number();
    }

    @Override
    public void close() {
        Fd open = root.get();
        if (open != null) {
            open.close();
        }
    }

    @Override
    public String toString() {
        return label() + " at " + place.mountPoint;
    }
}

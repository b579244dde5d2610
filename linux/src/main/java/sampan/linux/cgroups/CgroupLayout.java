package sampan.linux.cgroups;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

/// Which hierarchies this host has mounted. Read once per process; a change of the mounts
/// afterwards is not noticed. Keeps one descriptor per hierarchy open until [#close].
public sealed interface CgroupLayout extends AutoCloseable {
    /// Version 1: one tree per controller or group of controllers.
    record V1(List<Hierarchy> hierarchies) implements CgroupLayout {}

    /// Version 2: one tree for all.
    record V2(Hierarchy tree) implements CgroupLayout {
        @Override
        public List<Hierarchy> hierarchies() {
            return List.of(tree);
        }
    }

    /// Version 1, with the tree of version 2 beside it: without controllers as a rule, but it still
    /// kills and tells emptiness. Controllers that only it has are used there.
    record Hybrid(List<Hierarchy> v1, Hierarchy tree) implements CgroupLayout {
        @Override
        public List<Hierarchy> hierarchies() {
            List<Hierarchy> all = new ArrayList<>(v1);
            all.add(tree);
            return List.copyOf(all);
        }
    }

    /// All hierarchies, that of version 2 last.
    List<Hierarchy> hierarchies();

    /// Reads what is mounted.
    ///
    /// @throws SampanException UNSUPPORTED where no cgroup file system is mounted
    static CgroupLayout detect() {
        try {
            List<Hierarchy.Place> places =
                    CgroupMounts.parse(
                            Files.readAllLines(Path.of("/proc/self/mountinfo")),
                            Files.readAllLines(Path.of("/proc/self/cgroup")));
            return of(places.stream().map(CgroupLayout::withOffers).toList());
        } catch (IOException e) {
            throw new UncheckedIOException("/proc/self", e);
        }
    }

    private static Hierarchy.Place withOffers(Hierarchy.Place place) throws UncheckedIOException {
        if (!place.unified()) {
            return place;
        }
        try {
            Set<Controller> offered = EnumSet.noneOf(Controller.class);
            String names = Files.readString(Path.of(place.mountPoint(), "cgroup.controllers"));
            for (String name : names.strip().split(" ", -1)) {
                Controller.named(name, true).ifPresent(offered::add);
            }
            return new Hierarchy.Place(
                    true, Set.copyOf(offered), place.name(), place.mountPoint(), place.own());
        } catch (IOException e) {
            throw new UncheckedIOException(place.mountPoint(), e);
        }
    }

    /// The layout of these places.
    static CgroupLayout of(List<Hierarchy.Place> places) {
        List<Hierarchy> v1 =
                places.stream().filter(place -> !place.unified()).map(Hierarchy::new).toList();
        Optional<Hierarchy> tree =
                places.stream().filter(Hierarchy.Place::unified).findFirst().map(Hierarchy::new);
        if (v1.isEmpty() && tree.isEmpty()) {
            throw new SampanException(
                    ErrorCode.UNSUPPORTED,
                    "no cgroup file system is mounted: mount cgroup2 at /sys/fs/cgroup");
        }
        if (v1.isEmpty()) {
            return new V2(tree.orElseThrow());
        }
        return tree.isPresent() ? new Hybrid(v1, tree.get()) : new V1(v1);
    }

    /// The tree of version 2, where there is one.
    default Optional<Hierarchy> unified() {
        return switch (this) {
            case V1(var hierarchies) -> Optional.empty();
            case V2(var tree) -> Optional.of(tree);
            case Hybrid(var v1, var tree) -> Optional.of(tree);
        };
    }

    /// Where this controller is governed; empty where nowhere. Devices and freezer are at home in
    /// the unified tree where no hierarchy of version 1 has them.
    default Optional<Hierarchy> home(Controller controller) {
        for (Hierarchy hierarchy : hierarchies()) {
            if (hierarchy.controllers().contains(controller)) {
                return Optional.of(hierarchy);
            }
        }
        return controller == Controller.DEVICES || controller == Controller.FREEZER
                ? unified()
                : Optional.empty();
    }

    /// A handle to the cgroup of that path, whether or not it exists. Costs no system call.
    ///
    /// @param path absolute: from the root of every hierarchy, wherever this process is; relative:
    ///   from this process's own cgroup in each (in version 2 from the parent of that, because a
    ///   cgroup with processes in it cannot have limited children)
    /// @throws SampanException INVALID for an empty path or one with `..`
    default Cgroup open(String path) {
        return open(path, CgroupPosition.OURS);
    }

    /// The same with relative paths counted from where another process stands.
    default Cgroup open(String path, CgroupPosition position) {
        return Cgroup.at(this, CgroupPath.parse(path), position);
    }

    /// Makes the cgroup in every hierarchy and sets the limits. A failure leaves nothing behind
    /// that was not there before.
    ///
    /// @throws SampanException CONFLICT where it exists and is frozen or has processes; INVALID for
    ///   a value that the kernel refuses; UNSUPPORTED for a limit whose controller is missing
    default Cgroup create(String path, CgroupLimits limits) {
        return create(path, CgroupPosition.OURS, limits);
    }

    /// The same with relative paths counted from where another process stands.
    default Cgroup create(String path, CgroupPosition position, CgroupLimits limits) {
        Cgroup cgroup = open(path, position);
        cgroup.make(limits);
        return cgroup;
    }

    /// Which limits this host can hold.
    default CgroupFeatures features() {
        return CgroupFeatures.of(this);
    }

    /// Moves this process and all others of its cgroup into a child cgroup, so that limited cgroups
    /// can be made beside it. Only for a cgroup that was handed to us alone (a systemd unit with
    /// Delegate=, a rootless session); only version 2 needs it, elsewhere nothing is done. The
    /// layout goes on to call the old cgroup the own one.
    ///
    /// @param leaf name of the child, made where it is missing
    /// @throws SampanException INVALID in the root cgroup; CONFLICT where processes keep coming
    default void splitOwn(String leaf) {
        if (this instanceof V2(Hierarchy tree)) {
            OwnCgroup.split(tree, leaf);
        }
    }

    @Override
    default void close() {
        for (Hierarchy hierarchy : hierarchies()) {
            hierarchy.close();
        }
    }
}

package sampan.engine.tasks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import sampan.engine.containers.Container.MountPoint;
import sampan.engine.containers.ContainerRecord.MountSource;
import sampan.engine.containers.ContainerSpec;
import sampan.engine.containers.SecurityOptions;
import sampan.errors.SampanException;
import sampan.oci.spec.Mount;

/// The mounts of a container in the order in which they are made: the usual file systems, less
/// those that its own mounts replace, the engine's files, then what it asked for, shallow targets
/// first.
final class SpecMounts {
    private static final List<String> TMPFS_DEFAULTS = List.of("noexec", "nosuid", "nodev");
    private static final Set<String> TMPFS_FLAGS =
            Set.of(
                    "rw",
                    "ro",
                    "exec",
                    "noexec",
                    "suid",
                    "nosuid",
                    "dev",
                    "nodev",
                    "async",
                    "sync",
                    "dirsync",
                    "remount",
                    "mand",
                    "nomand",
                    "atime",
                    "noatime",
                    "diratime",
                    "nodiratime",
                    "relatime",
                    "norelatime",
                    "strictatime",
                    "nostrictatime",
                    "private",
                    "rprivate",
                    "shared",
                    "rshared",
                    "slave",
                    "rslave",
                    "unbindable",
                    "runbindable",
                    "bind",
                    "rbind",
                    "defaults");
    private static final Set<String> TMPFS_VALUES =
            Set.of("size", "mode", "uid", "gid", "nr_inodes", "nr_blocks", "mpol");

    private final LaunchPlace place;
    private final ContainerSpec spec;
    private final List<Mount> mounts = new ArrayList<>();

    private SpecMounts(LaunchPlace place) {
        this.place = place;
        this.spec = place.record().spec();
    }

    static List<Mount> of(LaunchPlace place) {
        SpecMounts list = new SpecMounts(place);
        Set<String> own = list.ownTargets();
        boolean readOnly = list.spec.security().readonlyRootfs();
        list.fileSystems(own);
        list.sharedMemory(own);
        place.hostFiles()
                .forEach((target, file) -> {
                    if (!own.contains(target)) {
                        list.mounts.add(
                                Mount.of(
                                        "bind",
                                        file.toString(),
                                        target,
                                        "rbind",
                                        "rprivate",
                                        readOnly ? "ro" : "rw"));
                    }
                });
        list.requested();
        return list.mounts;
    }

    private Set<String> ownTargets() {
        Set<String> targets = new HashSet<>(spec.storage().tmpfs().keySet());
        place.record().origin().mounts().forEach(m -> targets.add(m.destination()));
        return targets;
    }

    private void fileSystems(Set<String> own) {
        boolean privileged = spec.security().privileged();
        boolean writableCgroups = SecurityOptions.parse(spec.security()).writableCgroups();
        for (Mount mount : DefaultSpec.MOUNTS) {
            String target = mount.destination();
            boolean covered =
                    own.contains(target) || (own.contains("/dev") && target.startsWith("/dev"));
            if (covered) {
                continue;
            }
            // In the host's namespace the file system is the host's own, wherever it is mounted;
            // but another user namespace may not mount it.
            if (target.equals("/dev/mqueue")
                    && spec.namespaces().ipc().equals("host")
                    && !UserNamespaces.mappings(spec.namespaces().userns()).isEmpty()) {
                mounts.add(Mount.of("bind", "/dev/mqueue", target, "bind", "rprivate"));
            } else if (mount.options().contains("ro")
                    && (privileged || (writableCgroups && mount.type().equals("cgroup")))) {
                mounts.add(writable(mount));
            } else {
                mounts.add(mount);
            }
        }
    }

    private static Mount writable(Mount mount) {
        return new Mount(
                mount.destination(),
                mount.type(),
                mount.source(),
                mount.options().stream().filter(o -> !o.equals("ro")).toList(),
                List.of(),
                List.of());
    }

    private void sharedMemory(Set<String> own) {
        if (own.contains("/dev/shm") || own.contains("/dev")) {
            return;
        }
        String ipc = spec.namespaces().ipc();
        if (ipc.equals("host")) {
            mounts.add(Mount.of("bind", "/dev/shm", "/dev/shm", "bind", "rprivate"));
        } else if (place.sharedMemory().isPresent()) {
            String source = place.sharedMemory().get().toString();
            mounts.add(Mount.of("bind", source, "/dev/shm", "bind", "rprivate"));
        } else if (!ipc.equals("none")) {
            long asked = spec.storage().shmSize();
            mounts.add(
                    Mount.of(
                            "tmpfs",
                            "shm",
                            "/dev/shm",
                            "nosuid",
                            "noexec",
                            "nodev",
                            "mode=1777",
                            "size=" + (asked > 0 ? asked : DefaultSpec.SHM_BYTES)));
        }
    }

    private void requested() {
        List<Mount> own = new ArrayList<>();
        spec.storage().tmpfs().forEach((target, options) -> own.add(tmpfs(target, options)));
        boolean mapped = !UserNamespaces.mappings(spec.namespaces().userns()).isEmpty();
        List<MountPoint> points = place.record().origin().mounts();
        for (int i = 0; i < points.size(); i++) {
            MountPoint point = points.get(i);
            MountSource source = place.record().origin().mountSources().get(i);
            Optional<Path> path = place.mountSources().get(i);
            own.add(
                    path.isPresent()
                            ? bind(point, source, path.get(), mapped)
                            : memory(point, source.options()));
        }
        own.sort((a, b) -> Integer.compare(depth(a), depth(b)));
        mounts.addAll(own);
    }

    private static int depth(Mount mount) {
        return (int) mount.destination().chars().filter(c -> c == '/').count();
    }

    private static Mount bind(MountPoint point, MountSource source, Path path, boolean mapped) {
        List<String> options = new ArrayList<>();
        options.add(source.recursive() ? "rbind" : "bind");
        options.add(point.propagation().isEmpty() ? "rprivate" : point.propagation());
        if (mapped && point.type().equals("volume")) {
            // On disk it belongs to the host's root; to the container it belongs to its own.
            options.add("idmap");
        }
        if (!point.writable()) {
            // Read-only all the way down: what is mounted below the source too.
            options.add(source.recursive() ? "rro" : "ro");
        }
        return new Mount(
                point.destination(), "bind", path.toString(), options, List.of(), List.of());
    }

    private static Mount memory(MountPoint point, List<String> asked) {
        List<String> options = new ArrayList<>(TMPFS_DEFAULTS);
        options.addAll(asked);
        if (!point.writable()) {
            options.add("ro");
        }
        return new Mount(point.destination(), "tmpfs", "tmpfs", options, List.of(), List.of());
    }

    /// `--tmpfs TARGET:OPTIONS`: what is said wins over the defaults.
    static Mount tmpfs(String target, String text) {
        Map<String, String> options = new LinkedHashMap<>();
        TMPFS_DEFAULTS.forEach(o -> options.put(bare(o), o));
        List<String> wrong = new ArrayList<>();
        for (String option :
                Arrays.stream(text.split(",", -1)).filter(o -> !o.isEmpty()).toList()) {
            int equals = option.indexOf('=');
            String name = equals < 0 ? option : option.substring(0, equals);
            if (equals < 0 ? !TMPFS_FLAGS.contains(name) : !TMPFS_VALUES.contains(name)) {
                wrong.add(option);
            } else if (!name.equals("defaults")) {
                options.put(bare(name), option);
            }
        }
        if (!wrong.isEmpty()) {
            throw SampanException.invalid(
                    "invalid tmpfs option \"" + String.join("\" \"", wrong) + "\"");
        }
        return new Mount(
                target, "tmpfs", "tmpfs", List.copyOf(options.values()), List.of(), List.of());
    }

    private static String bare(String flag) {
        return switch (flag) {
            case "exec", "suid", "dev", "atime", "diratime" -> "no" + flag;
            case "rw", "ro" -> "ro";
            default -> flag;
        };
    }
}

package sampan.oci.spec;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import sampan.oci.json.Json;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The documents that the command `spec` writes: a shell in a read-only root, with the fields'
/// values that runc's users expect to find.
public final class SpecDefaults {
    private static final List<String> CAPABILITIES =
            List.of("CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE");
    private static final List<String> MASKED =
            List.of(
                    "/proc/acpi",
                    "/proc/asound",
                    "/proc/kcore",
                    "/proc/keys",
                    "/proc/latency_stats",
                    "/proc/timer_list",
                    "/proc/timer_stats",
                    "/proc/sched_debug",
                    "/sys/firmware",
                    "/proc/scsi");
    private static final List<String> READONLY =
            List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");
    private static final long FILES = 1024;

    private SpecDefaults() {}

    /// @param cgroupNamespace the host has cgroup v2 only, where a namespace of its own is usual
    public static Spec spec(boolean cgroupNamespace) {
        ContainerProcess process =
                ContainerProcess.builder(List.of("sh"))
                        .terminal(true)
                        .env(
                                List.of(
                                        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin"
                                                + ":/sbin:/bin",
                                        "TERM=xterm"))
                        .capabilities(Capabilities.of(CAPABILITIES))
                        .rlimits(List.of(Rlimit.of("RLIMIT_NOFILE", FILES, FILES)))
                        .noNewPrivileges(true)
                        .build();
        return Spec.builder()
                .process(process)
                .root(new Root("rootfs", true))
                .hostname("runc")
                .mounts(mounts())
                .linux(linux(cgroupNamespace))
                .build();
    }

    /// The document as `spec` writes it.
    public static String text(Spec spec) {
        JsonNode tree = Json.tree(Json.write(spec));
        if (tree instanceof ObjectNode document && document.path("hooks").isEmpty()) {
            document.remove("hooks");
        }
        return Json.indented(tree, "\t");
    }

    private static List<Mount> mounts() {
        return List.of(
                Mount.of("proc", "proc", "/proc"),
                Mount.of(
                        "tmpfs",
                        "tmpfs",
                        "/dev",
                        "nosuid",
                        "strictatime",
                        "mode=755",
                        "size=65536k"),
                Mount.of(
                        "devpts",
                        "devpts",
                        "/dev/pts",
                        "nosuid",
                        "noexec",
                        "newinstance",
                        "ptmxmode=0666",
                        "mode=0620",
                        "gid=5"),
                Mount.of(
                        "tmpfs",
                        "shm",
                        "/dev/shm",
                        "nosuid",
                        "noexec",
                        "nodev",
                        "mode=1777",
                        "size=65536k"),
                Mount.of("mqueue", "mqueue", "/dev/mqueue", "nosuid", "noexec", "nodev"),
                Mount.of("sysfs", "sysfs", "/sys", "nosuid", "noexec", "nodev", "ro"),
                Mount.of(
                        "cgroup",
                        "cgroup",
                        "/sys/fs/cgroup",
                        "nosuid",
                        "noexec",
                        "nodev",
                        "relatime",
                        "ro"));
    }

    private static Linux linux(boolean cgroupNamespace) {
        List<Namespace> namespaces = new ArrayList<>();
        for (String type :
                List.of(
                        Namespace.PID,
                        Namespace.NETWORK,
                        Namespace.IPC,
                        Namespace.UTS,
                        Namespace.MOUNT)) {
            namespaces.add(Namespace.create(type));
        }
        if (cgroupNamespace) {
            namespaces.add(Namespace.create(Namespace.CGROUP));
        }
        Resources.DeviceRule deny =
                new Resources.DeviceRule(false, "", Optional.empty(), Optional.empty(), "rwm");
        Resources none = Resources.NONE;
        return Linux.builder()
                .resources(
                        Optional.of(
                                new Resources(
                                        List.of(deny),
                                        none.memory(),
                                        none.cpu(),
                                        none.pids(),
                                        none.blockIO(),
                                        none.hugepageLimits(),
                                        none.network(),
                                        none.rdma(),
                                        none.unified())))
                .namespaces(namespaces)
                .maskedPaths(MASKED)
                .readonlyPaths(READONLY)
                .build();
    }

    /// The same for who is not root: a user namespace that maps root to the caller, the host's
    /// network and the host's /sys, no limits.
    ///
    /// @param uid of the caller
    public static Spec rootless(Spec spec, long uid, long gid) {
        List<Namespace> namespaces = new ArrayList<>();
        for (Namespace namespace : spec.linux().namespaces()) {
            if (!namespace.type().equals(Namespace.NETWORK)
                    && !namespace.type().equals(Namespace.USER)) {
                namespaces.add(namespace);
            }
        }
        namespaces.add(Namespace.create(Namespace.USER));
        List<Mount> mounts = new ArrayList<>();
        for (Mount mount : spec.mounts()) {
            if (!mount.destination().startsWith("/sys")) {
                mounts.add(withoutIds(mount));
            }
        }
        mounts.add(Mount.of("none", "/sys", "/sys", "rbind", "nosuid", "noexec", "nodev", "ro"));
        return spec.toBuilder()
                .mounts(mounts)
                .linux(
                        spec.linux().toBuilder()
                                .namespaces(namespaces)
                                .uidMappings(List.of(new IdMapping(0, uid, 1)))
                                .gidMappings(List.of(new IdMapping(0, gid, 1)))
                                .resources(Optional.empty())
                                .build())
                .build();
    }

    // Ids that are not mapped cannot be given to files.
    private static Mount withoutIds(Mount mount) {
        return new Mount(
                mount.destination(),
                mount.type(),
                mount.source(),
                mount.options().stream()
                        .filter(o -> !o.startsWith("gid=") && !o.startsWith("uid="))
                        .toList(),
                mount.uidMappings(),
                mount.gidMappings());
    }
}

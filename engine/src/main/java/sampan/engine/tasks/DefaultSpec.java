package sampan.engine.tasks;

import java.util.List;
import java.util.Set;
import sampan.oci.spec.Mount;

/// What every container gets unless told otherwise; the same as in Docker (moby 28,
/// `oci/defaults`).
final class DefaultSpec {
    static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// Bytes of /dev/shm.
    static final long SHM_BYTES = 64L << 20;

    static final long NOFILE_SOFT = 1024;
    static final long NOFILE_HARD = 524_288;

    /// The file systems of a container, before its own mounts; /dev/shm is added by size.
    static final List<Mount> MOUNTS =
            List.of(
                    Mount.of("proc", "proc", "/proc", "nosuid", "noexec", "nodev"),
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
                    Mount.of("sysfs", "sysfs", "/sys", "nosuid", "noexec", "nodev", "ro"),
                    Mount.of(
                            "cgroup",
                            "cgroup",
                            "/sys/fs/cgroup",
                            "ro",
                            "nosuid",
                            "noexec",
                            "nodev"),
                    Mount.of("mqueue", "mqueue", "/dev/mqueue", "nosuid", "noexec", "nodev"));

    /// Names of the limits that are wishes: lowered to what the host allows.
    static final Set<String> CLAMPABLE = Set.of("RLIMIT_NOFILE");

    private DefaultSpec() {}
}

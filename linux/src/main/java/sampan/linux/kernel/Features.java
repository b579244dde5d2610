package sampan.linux.kernel;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import sampan.errors.ErrnoException;
import sampan.errors.SampanException;
import sampan.linux.files.FileOps;
import sampan.linux.mounts.AttrChange;
import sampan.linux.mounts.MountEntry;
import sampan.linux.mounts.MountFlags;
import sampan.linux.mounts.MountTable;
import sampan.linux.mounts.Mounts;
import sampan.linux.sys.Fd;

/// What this kernel offers this process, as of the moment of [#probe].
///
/// @param offered the features that answered
/// @param cgroupLayout how cgroups are mounted: `unified`, `hybrid` (v1 with an empty v2 beside),
///   `legacy` (v1 only) or `none`
/// @param capabilities the effective ones, bit N for capability N (capabilities(7))
/// @param userNamespacesMax how many may be made (user.max_user_namespaces); 0 forbids
/// @param unprivilegedUserNamespaces whether who is not root may make them, as far as sysctls tell
/// @param securityModules of /sys/kernel/security/lsm; empty where that is not mounted
public record Features(
        Uname uname,
        Release release,
        Set<Feature> offered,
        String cgroupLayout,
        long capabilities,
        long userNamespacesMax,
        boolean unprivilegedUserNamespaces,
        List<String> securityModules) {
    private static final int SMALL = 16 << 10;
    private static final String CGROUP_ROOT = "/sys/fs/cgroup";

    public Features {
        offered = Set.copyOf(offered);
        securityModules = List.copyOf(securityModules);
    }

    /// Asks the kernel: some dozens of system calls; nf_tables and overlay may get their modules
    /// loaded.
    public static Features probe() {
        Uname uname = Uname.ask();
        Release release = Release.parse(uname.release());
        EnumSet<Feature> offered = EnumSet.noneOf(Feature.class);
        for (Feature feature : Feature.values()) {
            if (Probes.offered(feature, release)) {
                offered.add(feature);
            }
        }
        return new Features(
                uname,
                release,
                offered,
                askCgroupLayout(MountTable.self()),
                askCapabilities(FileOps.readSmallFile("/proc/self/status", SMALL)),
                number("/proc/sys/user/max_user_namespaces").orElse(0L),
                // Debian's and Ubuntu's own switches; missing elsewhere.
                number("/proc/sys/kernel/unprivileged_userns_clone").orElse(1L) != 0
                        && number("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")
                                        .orElse(0L)
                                == 0,
                text("/sys/kernel/security/lsm")
                        .map(names -> List.of(names.strip().split(",", -1)))
                        .orElse(List.of()));
    }

    public boolean has(Feature feature) {
        return offered.contains(feature);
    }

    /// @param number of the capability, 0 to 63
    public boolean hasCapability(int number) {
        return (capabilities >>> number & 1) != 0;
    }

    static String askCgroupLayout(MountTable mounts) {
        boolean unified =
                mounts.at(CGROUP_ROOT).map(MountEntry::type).filter("cgroup2"::equals).isPresent();
        if (unified) {
            return "unified";
        }
        boolean old = mounts.entries().stream().anyMatch(e -> e.type().equals("cgroup"));
        boolean second = mounts.entries().stream().anyMatch(e -> e.type().equals("cgroup2"));
        if (old) {
            return second ? "hybrid" : "legacy";
        }
        return second ? "unified" : "none";
    }

    static long askCapabilities(String status) {
        return status.lines()
                .filter(line -> line.startsWith("CapEff:"))
                .findFirst()
                .map(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
                .orElseThrow(() -> SampanException.notFound("no CapEff in /proc/self/status"));
    }

    private static Optional<Long> number(String path) {
        return text(path)
                .map(String::strip)
                .filter(text -> !text.isEmpty() && text.chars().allMatch(Character::isDigit))
                .map(Long::parseLong);
    }

    private static Optional<String> text(String path) {
        try {
            return Optional.of(FileOps.readSmallFile(path, SMALL));
        } catch (ErrnoException e) {
            return Optional.empty();
        }
    }

    /// Whether the file system that a directory is on can be mounted with id maps: tried with a
    /// detached copy that is thrown away.
    ///
    /// @param userNamespace any but the first, with maps
    public static boolean idMappedMounts(String directory, Fd userNamespace) {
        try (Fd copy = Mounts.openTree(Fd.CWD, directory, MountFlags.OPEN_TREE_CLONE)) {
            Mounts.setAttributes(copy, AttrChange.idMapped(userNamespace), false);
            return true;
        } catch (ErrnoException e) {
            return false;
        }
    }

    /// Bytes of memory that the kernel has, less what it reserves.
    public static long memoryBytes() {
        return FileOps.readSmallFile("/proc/meminfo", SMALL)
                .lines()
                .filter(line -> line.startsWith("MemTotal:"))
                .findFirst()
                .map(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
                .orElseThrow(() -> SampanException.notFound("no MemTotal in /proc/meminfo"));
    }
}

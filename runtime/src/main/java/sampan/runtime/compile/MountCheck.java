package sampan.runtime.compile;

import java.util.Set;
import sampan.errors.SampanException;
import sampan.oci.spec.Mount;

/// Refuses mounts that would undo the container's isolation or cannot be made, with runc's words
/// where it has some.
final class MountCheck {
    // Files below /proc that a container may have of its own (lxcfs and the like).
    private static final Set<String> PROC_FILES =
            Set.of(
                    "/proc/cpuinfo",
                    "/proc/diskstats",
                    "/proc/meminfo",
                    "/proc/stat",
                    "/proc/swaps",
                    "/proc/uptime",
                    "/proc/loadavg",
                    "/proc/slabinfo",
                    "/proc/net/dev",
                    "/proc/sys/kernel/ns_last_pid",
                    "/proc/sys/crypto/fips_enabled");

    private MountCheck() {}

    static void check(Launch launch, Mount mount, MountOptions option) {
        String target = ContainerPath.clean(mount.destination());
        if (mount.destination().isEmpty()) {
            throw SampanException.invalid("mount without a destination");
        }
        if (option.remount) {
            throw SampanException.invalid(
                    "mount "
                            + target
                            + " has the option remount: give the flags to the mount itself");
        }
        if (option.isBind() && mount.source().isEmpty()) {
            throw SampanException.invalid("bind mount " + target + " has no source");
        }
        if (!option.isBind() && mount.type().isEmpty()) {
            throw SampanException.invalid("mount " + target + " has no type");
        }
        if (option.isBind() && !option.rest.isEmpty()) {
            throw SampanException.invalid(
                    "bind mount "
                            + target
                            + " has options that are none of a bind mount: "
                            + String.join(",", option.rest));
        }
        if (option.copyUp && !mount.type().equals("tmpfs")) {
            throw SampanException.invalid(
                    "mount " + target + " has the option tmpcopyup, but is no tmpfs");
        }
        checkIds(launch, mount, option, target);
        checkProc(mount, option, target);
    }

    private static void checkIds(Launch launch, Mount mount, MountOptions option, String target) {
        IdMap map = MountSteps.idMap(launch, mount, option);
        if (map.isEmpty() && !option.idMap) {
            return;
        }
        String invalid = "invalid mount " + target + ": id-mapped mounts ";
        if (!option.isBind()) {
            throw SampanException.invalid(invalid + "are only supported for bind-mounts");
        }
        boolean known = MountSteps.impliedByJoin(launch, mount, option);
        if (!known && (map.uids().isEmpty() || map.gids().isEmpty())) {
            throw SampanException.invalid(
                    invalid + "must have both uid and gid mappings specified");
        }
        if (!launch.mountApi()) {
            throw MountSteps.needsMountApi("mount " + target + " with id maps");
        }
    }

    private static void checkProc(Mount mount, MountOptions option, String target) {
        if (!ContainerPath.isWithin(target, "/proc")) {
            return;
        }
        if (target.equals("/proc")) {
            boolean proc =
                    option.isBind()
                            ? ContainerPath.isWithin(ContainerPath.clean(mount.source()), "/proc")
                            : mount.type().equals("proc");
            if (!proc) {
                throw SampanException.invalid(
                        "\"/proc\" cannot be mounted because it is not of type proc");
            }
        } else if (!PROC_FILES.contains(target)) {
            throw SampanException.invalid(
                    "\"" + target + "\" cannot be mounted because it is inside /proc");
        }
    }
}

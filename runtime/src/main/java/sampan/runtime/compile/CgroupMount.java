package sampan.runtime.compile;

import static sampan.runtime.plan.Flags.*;
import static sampan.runtime.plan.PlanWriter.CWD;
import static sampan.runtime.plan.PlanWriter.NONE;

import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.oci.spec.Mount;
import sampan.oci.spec.Namespace;
import sampan.runtime.plan.MountAttributes;
import sampan.runtime.plan.PlanWriter;

/// A mount of type `cgroup`: the tree of v2, or a tmpfs with one mount per v1 hierarchy. With a
/// cgroup namespace the hierarchies are mounted anew and begin at the container's own cgroup;
/// without one, that cgroup is bound from the host.
final class CgroupMount {
    private static final long ALWAYS = ATTR_NOSUID | ATTR_NODEV | ATTR_NOEXEC;

    private final Launch launch;
    private final PlanWriter plan;
    private final MountSteps mounts;
    private final MountOptions option;
    private final String target;
    private final boolean ownNamespace;

    CgroupMount(Launch launch, MountSteps mounts, MountOptions option, String target) {
        this.launch = launch;
        this.plan = launch.plan;
        this.mounts = mounts;
        this.option = option;
        this.target = target;
        this.ownNamespace = launch.namespaces.has(Namespace.CGROUP);
    }

    void write(Mount mount) {
        if (!launch.mountApi()) {
            throw MountSteps.needsMountApi("a cgroup mount");
        }
        switch (launch.context.cgroup().view()) {
            case CgroupPlacement.View.None() ->
                    throw new SampanException(
                            ErrorCode.UNSUPPORTED,
                            "mount "
                                    + mount.destination()
                                    + " is of type cgroup, but the container has no cgroup");
            case CgroupPlacement.View.V2(String hostPath) -> v2(hostPath);
            case CgroupPlacement.View.V1 view -> v1(view);
        }
    }

    private void v2(String hostPath) {
        int mount = plan.slot();
        if (ownNamespace || hostPath.isEmpty()) {
            plan.fsopen(mount, "cgroup2");
            plan.fsconfig(mount, "source", "cgroup");
            for (String word : option.rest) {
                plan.fsconfigFlag(mount, word);
            }
            plan.fsmount(mount, mount, option.attributes());
        } else {
            bind(mount, hostPath);
        }
        attach(mount, target);
    }

    private void bind(int mount, String hostPath) {
        plan.openTree(mount, CWD, OPEN_TREE_CLONE, hostPath);
        plan.mountSetattr(
                mount,
                0,
                new MountAttributes(option.attributes(), option.attributesToClear(), 0, NONE));
    }

    private void attach(int mount, String place) {
        if (option.propagation != 0) {
            plan.mountSetattr(mount, 0, MountAttributes.propagation(option.propagation));
        }
        int at = mounts.target(true, place);
        plan.moveMount(mount, at, MOVE_F_EMPTY_PATH, "");
        plan.close(at);
        plan.close(mount);
    }

    private void v1(CgroupPlacement.View.V1 view) {
        int tmpfs = plan.slot();
        plan.fsopen(tmpfs, "tmpfs");
        plan.fsconfig(tmpfs, "source", "tmpfs");
        plan.fsconfig(tmpfs, "mode", "755");
        plan.fsmount(tmpfs, tmpfs, ALWAYS);
        int at = mounts.target(true, target);
        plan.moveMount(tmpfs, at, MOVE_F_EMPTY_PATH, "");
        plan.close(at);
        for (CgroupPlacement.Hierarchy hierarchy : view.hierarchies()) {
            hierarchy(hierarchy);
            for (String link : hierarchy.links()) {
                plan.symlink(launch.root, hierarchy.name(), target + "/" + link);
            }
        }
        if ((option.flags & MS_RDONLY) != 0) {
            plan.mountSetattr(tmpfs, 0, MountAttributes.READ_ONLY);
        }
        plan.close(tmpfs);
    }

    private void hierarchy(CgroupPlacement.Hierarchy hierarchy) {
        int mount = plan.slot();
        if (ownNamespace) {
            plan.fsopen(mount, "cgroup");
            plan.fsconfig(mount, "source", "cgroup");
            for (String word : hierarchy.options().split(",", -1)) {
                int equals = word.indexOf('=');
                if (equals < 0) {
                    plan.fsconfigFlag(mount, word);
                } else {
                    plan.fsconfig(mount, word.substring(0, equals), word.substring(equals + 1));
                }
            }
            plan.fsmount(mount, mount, option.attributes());
        } else {
            bind(mount, hierarchy.hostPath());
        }
        attach(mount, target + "/" + hierarchy.name());
    }
}

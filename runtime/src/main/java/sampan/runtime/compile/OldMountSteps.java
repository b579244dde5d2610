package sampan.runtime.compile;

import static sampan.runtime.plan.Flags.*;

import java.util.List;
import sampan.linux.sys.Open;
import sampan.oci.spec.Mount;
import sampan.runtime.plan.OldMount;
import sampan.runtime.plan.Opening;
import sampan.runtime.plan.PlanWriter;

/// Mounts by mount(2): on kernels before 5.12, and for options that fsconfig(2) cannot say.
///
/// The target is still found inside the root and named by its descriptor. What lies on top after
/// the mount is opened again for a second call, because mount(2) takes attributes of bind mounts
/// and propagation only then.
final class OldMountSteps {
    private static final Opening AGAIN = new Opening(Open.PATH, 0, Open.RESOLVE_IN_ROOT);

    private final Launch launch;
    private final PlanWriter plan;

    OldMountSteps(Launch launch) {
        this.launch = launch;
        this.plan = launch.plan;
    }

    void write(Mount mount, MountOptions option, String source) {
        if (option.treeSet != 0 || option.treeClear != 0) {
            throw MountSteps.needsMountApi(
                    "mount " + mount.destination() + ": a recursive attribute");
        }
        String target = ContainerPath.clean(mount.destination());
        boolean directory = !option.isBind() || launch.context.host().isDirectory(source);
        int at = plan.slot();
        if (directory) {
            plan.ensureDir(at, launch.root, MountSteps.TARGET_MODE, target);
        } else {
            plan.ensureFile(at, launch.root, MountSteps.TARGET_MODE, target);
        }
        if (option.isBind()) {
            long tree = option.recursive ? MS_REC : 0;
            plan.mount(at, "", new OldMount(source, "", MS_BIND | tree, ""));
        } else {
            plan.mount(at, "", filesystem(mount, option, target));
        }
        if ((option.isBind() && option.changesAttributes()) || option.propagation != 0) {
            plan.openat2(at, launch.root, AGAIN, target);
            change(at, option);
        }
        plan.close(at);
    }

    private void change(int at, MountOptions option) {
        if (option.isBind() && option.changesAttributes()) {
            plan.mount(at, "", new OldMount("", "", MS_BIND | MS_REMOUNT | option.flags, ""));
        }
        if (option.propagation != 0) {
            long tree = option.propagationRecursive ? MS_REC : 0;
            plan.mount(at, "", new OldMount("", "", option.propagation | tree, ""));
        }
    }

    private OldMount filesystem(Mount mount, MountOptions option, String target) {
        List<String> words = new FilesystemSteps(launch).options(mount, option, target);
        return new OldMount(mount.source(), mount.type(), option.flags, String.join(",", words));
    }
}

package sampan.runtime.compile;

import static sampan.runtime.plan.Flags.*;
import static sampan.runtime.plan.PlanWriter.CWD;
import static sampan.runtime.plan.PlanWriter.NONE;

import java.util.List;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.oci.spec.Namespace;
import sampan.runtime.plan.MountAttributes;
import sampan.runtime.plan.OldMount;
import sampan.runtime.plan.Opening;
import sampan.runtime.plan.PlanWriter;

/// The root filesystem: made, attached, entered.
///
/// With a user namespace the launcher makes it, whose rights reach the layers; otherwise the child
/// does, in a mount namespace that dies with it.
final class RootSteps {
    private final Launch launch;
    private final LaunchContext context;
    private final PlanWriter plan;
    private final boolean mountNamespace;

    RootSteps(Launch launch) {
        this.launch = launch;
        this.context = launch.context;
        this.plan = launch.plan;
        this.mountNamespace = launch.namespaces.has(Namespace.MOUNT);
    }

    /// In the launcher.
    void openInLauncher() {
        if (!launch.namespaces.hasUser() || !mountNamespace) {
            return;
        }
        requireMountApi("a root filesystem in a user namespace");
        switch (context.root()) {
            case RootSource.Directory(String path) -> {
                cloneTree(path);
                plan.mountSetattr(launch.root, AT_RECURSIVE, MountAttributes.propagation(MS_SLAVE));
            }
            case RootSource.Overlay overlay -> launch.root = overlay(overlay);
        }
    }

    private void cloneTree(String path) {
        launch.root = plan.slot();
        plan.openTree(launch.root, CWD, OPEN_TREE_CLONE | AT_RECURSIVE, path);
    }

    /// In the child: no mount that we make reaches the host from here on.
    void isolate() {
        if (!mountNamespace) {
            return;
        }
        long kind = MountOptions.propagationFlag(launch.linux.rootfsPropagation());
        long flags = kind == MS_PRIVATE || kind == MS_UNBINDABLE ? MS_PRIVATE : MS_SLAVE;
        plan.mount(CWD, "/", new OldMount("", "", MS_REC | flags, ""));
    }

    /// In the child: the root is attached and its slot filled.
    void attach() {
        if (!mountNamespace) {
            openPlainly();
        } else if (launch.mountApi()) {
            attachByDescriptor();
        } else {
            attachByPath();
        }
    }

    private void openPlainly() {
        if (context.root() instanceof RootSource.Directory(String path)) {
            launch.root = plan.slot();
            plan.openat2(launch.root, CWD, Opening.DIRECTORY, path);
        } else {
            throw launch.namespaces.needs("mount an overlay", "MNT");
        }
    }

    private void attachByDescriptor() {
        if (launch.root == NONE) {
            switch (context.root()) {
                case RootSource.Directory(String path) -> cloneTree(path);
                case RootSource.Overlay overlay -> {
                    if (!OverlaySteps.fits(overlay, context.kernel())) {
                        new OverlaySteps(launch).mountByPath(overlay, context.attachPoint());
                        openAttached();
                        return;
                    }
                    launch.root = overlay(overlay);
                }
            }
        }
        plan.moveMount(launch.root, CWD, MOVE_F_EMPTY_PATH, place());
    }

    // The root of a user namespace may be barred from the attach point. It may cover "/": paths do
    // not follow what lies on the root itself, so that the host stays in sight until the pivot.
    private String place() {
        boolean covers = launch.namespaces.hasUser() && !launch.has(LaunchOption.NO_PIVOT);
        return covers ? "/" : context.attachPoint();
    }

    private int overlay(RootSource.Overlay overlay) {
        return new OverlaySteps(launch).mountDetached(overlay);
    }

    private void attachByPath() {
        switch (context.root()) {
            case RootSource.Directory(String path) ->
                    plan.mount(
                            CWD,
                            context.attachPoint(),
                            new OldMount(path, "", MS_BIND | MS_REC, ""));
            case RootSource.Overlay overlay ->
                    new OverlaySteps(launch).mountByPath(overlay, context.attachPoint());
        }
        openAttached();
    }

    private void openAttached() {
        launch.root = plan.slot();
        plan.openat2(launch.root, CWD, Opening.DIRECTORY, context.attachPoint());
    }

    /// In the child: the root becomes `/`.
    void enter() {
        if (!mountNamespace) {
            plan.chroot(launch.root);
        } else if (launch.has(LaunchOption.NO_PIVOT)) {
            plan.moveRoot(launch.root);
        } else {
            plan.pivot(launch.root);
        }
        spread();
    }

    private void spread() {
        String word = launch.linux.rootfsPropagation();
        if (word.isEmpty()) {
            return;
        }
        long kind = MountOptions.propagationFlag(word);
        if (kind == 0) {
            throw SampanException.invalid("rootfsPropagation=" + word + " is not supported");
        }
        if (mountNamespace) {
            plan.mount(CWD, "/", new OldMount("", "", kind | (isTree(word) ? MS_REC : 0), ""));
        }
    }

    private static boolean isTree(String word) {
        return List.of("rshared", "rslave", "rprivate", "runbindable").contains(word);
    }

    /// In the child, when everything below is in its place.
    void seal() {
        if (!launch.spec.root().readonly()) {
            return;
        }
        if (!mountNamespace) {
            throw launch.namespaces.needs("make the root filesystem read-only", "MNT");
        }
        if (launch.mountApi()) {
            plan.mountSetattr(launch.root, 0, MountAttributes.READ_ONLY);
        } else {
            plan.mount(CWD, "/", new OldMount("", "", MS_BIND | MS_REMOUNT | MS_RDONLY, ""));
        }
    }

    private void requireMountApi(String what) {
        if (!launch.mountApi()) {
            throw new SampanException(ErrorCode.UNSUPPORTED, what + " needs Linux 5.12 or newer");
        }
    }
}

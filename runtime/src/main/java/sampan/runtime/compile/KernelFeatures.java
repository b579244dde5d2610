package sampan.runtime.compile;

import sampan.linux.kernel.Feature;
import sampan.linux.kernel.Features;

/// What plans may use of the running kernel.
///
/// @param mountApi fsopen, open_tree, move_mount, mount_setattr (5.12)
/// @param overlayLowerPlus overlayfs takes its lower layers one by one (6.8)
/// @param overlayDetached overlayfs takes layers by descriptor, detached mounts too (6.15)
/// @param apparmor the LSM is on
/// @param selinux the LSM is on
public record KernelFeatures(
        boolean mountApi,
        boolean overlayLowerPlus,
        boolean overlayDetached,
        boolean apparmor,
        boolean selinux) {
    /// Everything of a new kernel, no LSM.
    public static final KernelFeatures NEW = new KernelFeatures(true, true, true, false, false);

    public static KernelFeatures of(Features features) {
        return new KernelFeatures(
                features.has(Feature.MOUNT_API) && features.has(Feature.MOUNT_SETATTR),
                features.has(Feature.OVERLAY_LAYERS),
                features.release().atLeast(6, 15),
                features.securityModules().contains("apparmor"),
                features.securityModules().contains("selinux"));
    }
}

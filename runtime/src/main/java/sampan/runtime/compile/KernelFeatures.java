package sampan.runtime.compile;

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

    /// @param release as `uname -r` prints it: `6.1.0-18-amd64`
    public static KernelFeatures of(String release, boolean apparmor, boolean selinux) {
        return new KernelFeatures(
                atLeast(release, 5, 12),
                atLeast(release, 6, 8),
                atLeast(release, 6, 15),
                apparmor,
                selinux);
    }

    private static boolean atLeast(String release, int major, int minor) {
        int[] at = {0};
        int first = number(release, at);
        at[0]++;
        int second = number(release, at);
        return first > major || first == major && second >= minor;
    }

    private static int number(String text, int[] at) {
        int value = 0;
        while (at[0] < text.length() && Character.isDigit(text.charAt(at[0])) && value < 1000) {
            value = value * 10 + text.charAt(at[0]++) - '0';
        }
        return value;
    }
}

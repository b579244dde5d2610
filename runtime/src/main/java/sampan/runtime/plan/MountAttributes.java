package sampan.runtime.plan;

/// What MOUNT_SETATTR changes.
///
/// @param set ATTR_* bits
/// @param clear ATTR_* bits
/// @param propagation one of MS_SHARED, MS_SLAVE, MS_PRIVATE, MS_UNBINDABLE, or 0
/// @param userns slot of the user namespace of an idmapped mount, or -1
public record MountAttributes(long set, long clear, long propagation, int userns) {
    public static final MountAttributes READ_ONLY = set(Flags.ATTR_RDONLY);

    public static MountAttributes set(long bits) {
        return new MountAttributes(bits, 0, 0, PlanWriter.NONE);
    }

    public static MountAttributes propagation(long kind) {
        return new MountAttributes(0, 0, kind, PlanWriter.NONE);
    }

    public boolean isEmpty() {
        return set == 0 && clear == 0 && propagation == 0 && userns == PlanWriter.NONE;
    }
}

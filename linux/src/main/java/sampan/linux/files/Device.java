package sampan.linux.files;

/// Device numbers as makedev(3) packs them.
public final class Device {
    private Device() {}

    public static long of(long major, long minor) {
        return ((major & 0xFFF) << 8)
                | ((major & 0xFFFFF000L) << 32)
                | (minor & 0xFF)
                | ((minor & 0xFFFFFF00L) << 12);
    }

    public static int major(long device) {
        return (int) (((device >>> 8) & 0xFFF) | ((device >>> 32) & 0xFFFFF000L));
    }

    public static int minor(long device) {
        return (int) ((device & 0xFF) | ((device >>> 12) & 0xFFFFFF00L));
    }
}

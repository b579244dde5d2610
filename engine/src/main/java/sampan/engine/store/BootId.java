package sampan.engine.store;

import sampan.linux.files.FileOps;

/// Tells this run of the machine from others: what was written in this one and not synced is still
/// there, whatever became of the daemon; what was written in another may have been lost with it.
public final class BootId {
    private static final String FILE = "/proc/sys/kernel/random/boot_id";
    private static final int BYTES_MAX = 64;

    private BootId() {}

    public static String current() {
        return FileOps.readSmallFile(FILE, BYTES_MAX).strip();
    }
}

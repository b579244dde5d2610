package sampan.app.runc;

import java.util.List;
import sampan.linux.files.FileOps;

/// Where a process stands in the cgroup hierarchies.
public final class CallerCgroups {
    private static final int BYTES_MAX = 64 << 10;

    private CallerCgroups() {}

    /// The lines of its /proc/PID/cgroup.
    public static List<String> of(int pid) {
        return FileOps.readSmallFile("/proc/" + pid + "/cgroup", BYTES_MAX).lines().toList();
    }
}

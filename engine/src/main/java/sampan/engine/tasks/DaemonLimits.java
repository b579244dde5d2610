package sampan.engine.tasks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import sampan.linux.capabilities.Capability;
import sampan.linux.capabilities.CapabilitySet;
import sampan.runtime.compile.LimitCeiling;

/// How far this process may raise resource limits, which is what its containers can get.
public final class DaemonLimits {
    private static final Map<String, String> NAMES =
            Map.ofEntries(
                    Map.entry("Max cpu time", "RLIMIT_CPU"),
                    Map.entry("Max file size", "RLIMIT_FSIZE"),
                    Map.entry("Max data size", "RLIMIT_DATA"),
                    Map.entry("Max stack size", "RLIMIT_STACK"),
                    Map.entry("Max core file size", "RLIMIT_CORE"),
                    Map.entry("Max resident set", "RLIMIT_RSS"),
                    Map.entry("Max processes", "RLIMIT_NPROC"),
                    Map.entry("Max open files", "RLIMIT_NOFILE"),
                    Map.entry("Max locked memory", "RLIMIT_MEMLOCK"),
                    Map.entry("Max address space", "RLIMIT_AS"),
                    Map.entry("Max file locks", "RLIMIT_LOCKS"),
                    Map.entry("Max pending signals", "RLIMIT_SIGPENDING"),
                    Map.entry("Max msgqueue size", "RLIMIT_MSGQUEUE"),
                    Map.entry("Max nice priority", "RLIMIT_NICE"),
                    Map.entry("Max realtime priority", "RLIMIT_RTPRIO"),
                    Map.entry("Max realtime timeout", "RLIMIT_RTTIME"));

    private static final int NAME_COLUMNS = 26;

    private DaemonLimits() {}

    /// Reads them now (proc_pid_limits(5)).
    ///
    /// @param effective capabilities of this process
    public static LimitCeiling read(CapabilitySet effective) {
        try {
            return parse(
                    Files.readAllLines(Path.of("/proc/self/limits")),
                    effective.has(Capability.CAP_SYS_RESOURCE));
        } catch (IOException e) {
            throw new UncheckedIOException("/proc/self/limits", e);
        }
    }

    static LimitCeiling parse(List<String> lines, boolean mayRaise) {
        Map<String, Long> hard = new HashMap<>();
        for (String line : lines) {
            if (line.length() <= NAME_COLUMNS) {
                continue;
            }
            String name = NAMES.get(line.substring(0, NAME_COLUMNS - 1).strip());
            String[] values = line.substring(NAME_COLUMNS - 1).strip().split("\\s+", -1);
            if (name != null && values.length >= 2) {
                hard.put(name, values[1].equals("unlimited") ? -1 : Long.parseLong(values[1]));
            }
        }
        return new LimitCeiling(mayRaise, hard, DefaultSpec.CLAMPABLE);
    }
}

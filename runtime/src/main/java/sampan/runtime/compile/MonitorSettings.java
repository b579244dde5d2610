package sampan.runtime.compile;

import java.util.Optional;
import java.util.OptionalInt;

/// What the monitor does beside the process.
///
/// @param directory of the task, for attach.sock, pid, exit and fail; empty: none
/// @param drainMillis how long it waits for the end of the output after the process ended
/// @param detach it does not stay; not with stdio that a monitor must hold
/// @param subreaper it also reaps what the process leaves behind
/// @param client a client that is attached from the start by its own descriptors
public record MonitorSettings(
        String directory,
        Optional<Log> log,
        OptionalInt drainMillis,
        Optional<OomCounter> oom,
        boolean detach,
        boolean subreaper,
        Optional<Client> client) {
    /// A log in Docker's json-file format.
    ///
    /// @param maxBytes of a file before it is rotated; -1 for no limit
    /// @param maxFiles rotated ones included
    /// @param attributes JSON object for each line's `attrs`; empty for none
    public record Log(String path, long maxBytes, int maxFiles, String attributes) {}

    /// Where the kernel counts OOM kills: `memory.events` of cgroup v2, `memory.oom_control` of v1;
    /// the key is `oom_kill` in both.
    ///
    /// @param control `cgroup.event_control` of v1, which wakes the monitor; empty for v2
    public record OomCounter(String file, String key, String control) {}

    /// Slots of its descriptors, -1 for none.
    ///
    /// @param detachKeys bytes that detach it; empty: it cannot
    public record Client(int in, int out, int err, String detachKeys) {}

    /// A monitor with a directory and no log.
    public static MonitorSettings in(String directory) {
        return new MonitorSettings(
                directory,
                Optional.empty(),
                OptionalInt.empty(),
                Optional.empty(),
                false,
                false,
                Optional.empty());
    }

    public MonitorSettings withLog(Log value) {
        return new MonitorSettings(
                directory, Optional.of(value), drainMillis, oom, detach, subreaper, client);
    }

    public MonitorSettings withOom(OomCounter value) {
        return new MonitorSettings(
                directory, log, drainMillis, Optional.of(value), detach, subreaper, client);
    }

    public MonitorSettings withDrain(int millis) {
        return new MonitorSettings(
                directory, log, OptionalInt.of(millis), oom, detach, subreaper, client);
    }

    public MonitorSettings withClient(Client value) {
        return new MonitorSettings(
                directory, log, drainMillis, oom, detach, subreaper, Optional.of(value));
    }

    public MonitorSettings detached() {
        return new MonitorSettings(directory, log, drainMillis, oom, true, subreaper, client);
    }
}

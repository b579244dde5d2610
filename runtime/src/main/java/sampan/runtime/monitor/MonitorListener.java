package sampan.runtime.monitor;

import java.time.Instant;

/// Hears what a monitor reports. Called on the poller's thread: hand over and return, never block.
public interface MonitorListener {
    /// The process exists and waits (SYNC or WAIT_START). Told twice where a plan has both.
    default void created(int pid) {}

    /// Its program runs.
    void started(int pid, Instant at);

    /// The plan failed before its program ran; the monitor is gone.
    void failed(StepFailure failure);

    /// The process ended and all its output was written; the monitor is gone.
    void exited(ExitRecord exit);

    /// The client that was attached from the start is no longer; the process runs on.
    ///
    /// @param errno 0: by its detach keys; else what writing its output failed with
    default void detached(int errno) {}

    /// Its cgroup ran out of memory, so often so far.
    default void outOfMemory(long count) {}

    /// The monitor went away without telling an end: it was killed, or its plan told it not to
    /// stay. Its records may be missing.
    void lost();
}

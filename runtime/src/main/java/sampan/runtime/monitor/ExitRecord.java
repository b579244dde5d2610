package sampan.runtime.monitor;

import java.time.Instant;

/// The end of a task's process, as its monitor wrote it down.
///
/// @param oomKilled the kernel's OOM killer ended a process of its cgroup
public record ExitRecord(
        int pid, ExitStatus status, boolean oomKilled, Instant startedAt, Instant finishedAt) {}

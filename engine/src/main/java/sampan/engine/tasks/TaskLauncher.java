package sampan.engine.tasks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;
import sampan.linux.poll.Poller;
import sampan.linux.sys.Fd;
import sampan.runtime.monitor.AttachClient;
import sampan.runtime.monitor.FdAttachment;
import sampan.runtime.monitor.Launcher;
import sampan.runtime.monitor.Monitor;
import sampan.runtime.monitor.MonitorListener;
import sampan.runtime.monitor.Monitors;
import sampan.runtime.plan.LaunchPlan;

/// Has launch plans executed, each under a monitor of its own, finds monitors again that a former
/// daemon left, and attaches clients to them. Thread-safe.
public final class TaskLauncher {
    private final Launcher launcher;
    private final Monitors monitors;
    private final Poller poller;

    /// Both stay the caller's.
    public TaskLauncher(Launcher launcher, Poller poller) {
        this.launcher = launcher;
        this.monitors = new Monitors(poller);
        this.poller = poller;
    }

    /// Starts a plan.
    ///
    /// @param descriptors for the plan's first slots; stay the caller's
    /// @param listener called on the poller's thread, perhaps before this returns
    Monitor launch(LaunchPlan plan, List<Fd> descriptors, MonitorListener listener) {
        return launcher.launch(plan, descriptors, listener);
    }

    /// As [Monitors#adopt].
    Optional<Monitor> adopt(Path directory, MonitorListener listener) {
        return monitors.adopt(directory, listener);
    }

    /// Attaches a client by a socket.
    public AttachClient attach(Path directory, AttachClient.Wish wish) {
        try {
            return AttachClient.open(directory, wish);
        } catch (IOException e) {
            throw new UncheckedIOException("attach to " + directory, e);
        }
    }

    /// Attaches a client by its own descriptors; they stay the caller's.
    ///
    /// @param gone as in [FdAttachment#open]
    public FdAttachment attach(
            Path directory, FdAttachment.Ends ends, String detachKeys, IntConsumer gone) {
        return FdAttachment.open(directory, ends, detachKeys, poller, gone);
    }
}

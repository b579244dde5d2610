package sampan.runtime.lifecycle;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.poll.Readiness;
import sampan.linux.process.Pidfd;
import sampan.linux.process.Signals;
import sampan.oci.spec.Namespace;
import sampan.runtime.monitor.LaunchSite;
import sampan.runtime.monitor.LaunchWait;
import sampan.runtime.monitor.Monitor;
import sampan.runtime.monitor.Monitors;
import sampan.runtime.monitor.TaskRecords.ProcessRecord;
import sampan.runtime.state.ContainerStatus;

/// What happens to a container after its creation.
public final class ContainerLife {
    /// How long a killed process may take to be gone.
    public static final Duration KILL_LIMIT = Duration.ofSeconds(10);

    private ContainerLife() {}

    /// Lets a created container run its program.
    public static void start(Container container, LaunchSite site) {
        switch (container.status()) {
            case CREATED -> {}
            case STOPPED ->
                    throw SampanException.conflict("cannot start a container that has stopped");
            case RUNNING, PAUSED, CREATING ->
                    throw SampanException.conflict("cannot start an already running container");
        }
        LaunchWait wait = new LaunchWait(_ -> {}, () -> {});
        Optional<Monitor> waiting =
                new Monitors(container.host().poller()).adopt(container.place(), wait);
        if (waiting.isEmpty()) {
            // It was started, and whoever did that ended before it could say so.
            container.noLongerWaiting();
            throw SampanException.conflict("cannot start an already running container");
        }
        try (Monitor monitor = waiting.get()) {
            if (wait.awaitCreated()) {
                monitor.start();
            }
            if (wait.awaitOutcome() instanceof LaunchWait.Outcome.Failed(var failure)) {
                throw FailureText.start(
                        failure, container.spec().process().orElseThrow().args().getFirst());
            }
        } finally {
            container.noLongerWaiting();
        }
        RuntimeHooks.run(
                container.host(),
                site,
                "poststart",
                container.spec().hooks().poststart(),
                container.state("running", container.process().map(p -> p.pid()).orElse(0)));
    }

    /// Sends a signal to the first process, or to all.
    ///
    /// @param signal number; 0 only asks
    public static void kill(Container container, int signal, boolean all) {
        Optional<ProcessRecord> process = container.process();
        boolean sharesPids = container.spec().linux().namespace(Namespace.PID).isEmpty();
        if (all || (signal == Signals.KILL && sharesPids)) {
            if (process.isEmpty() && container.cgroup().processes().isEmpty()) {
                throw SampanException.conflict("container not running");
            }
            container.cgroup().kill(signal);
            return;
        }
        int pid = container.liveProcess().pid();
        boolean sent = Pidfd.openIfExists(pid).map(fd -> send(fd, signal)).orElse(false);
        if (!sent) {
            throw SampanException.conflict("container not running");
        }
        if (signal == Signals.KILL && container.cgroup().isFrozen()) {
            container.cgroup().thaw();
        }
    }

    private static boolean send(Pidfd process, int signal) {
        try (process) {
            return process.sendSignal(signal);
        }
    }

    public static void pause(Container container) {
        switch (container.status()) {
            case RUNNING, CREATED -> container.cgroup().freeze();
            case CREATING, PAUSED, STOPPED ->
                    throw SampanException.conflict("container not running");
        }
    }

    public static void resume(Container container) {
        if (container.status() != ContainerStatus.PAUSED) {
            throw SampanException.conflict("container not paused");
        }
        container.cgroup().thaw();
    }

    /// Ends a container and removes all that is kept of it.
    ///
    /// @param force whatever it is doing
    /// @param site whose children the poststop hooks become
    /// @return what the hooks failed with: it is deleted all the same
    public static Optional<String> delete(Container container, boolean force, LaunchSite site) {
        ContainerStatus status = container.status();
        switch (status) {
            case STOPPED, CREATED -> {}
            case CREATING, RUNNING, PAUSED -> {
                if (!force) {
                    throw SampanException.conflict(
                            "cannot delete container "
                                    + container.id()
                                    + " that is not stopped: "
                                    + status.word());
                }
            }
        }
        container.process().ifPresent(process -> end(container, process.pid()));
        return remove(container, site);
    }

    /// Removes what is kept of a container whose first process is gone.
    public static Optional<String> remove(Container container, LaunchSite site) {
        if (container.cgroup().exists()) {
            if (!container.cgroup().processes().isEmpty()) {
                container.cgroup().kill(Signals.KILL);
            }
            container.cgroup().delete();
        }
        container.resctrl().ifPresent(ResctrlGroup::remove);
        container.states().remove(container.id());
        try {
            RuntimeHooks.run(
                    container.host(),
                    site,
                    "poststop",
                    container.spec().hooks().poststop(),
                    container.state("stopped", 0));
            return Optional.empty();
        } catch (SampanException e) {
            return Optional.of(e.getMessage());
        }
    }

    private static void end(Container container, int pid) {
        Optional<Pidfd> found = Pidfd.openIfExists(pid);
        if (found.isEmpty()) {
            return;
        }
        try (Pidfd process = found.get()) {
            CompletableFuture<Boolean> gone = new CompletableFuture<>();
            try (var _ =
                    container
                            .host()
                            .poller()
                            .register(
                                    process.fd(),
                                    Readiness.IN,
                                    (registration, _) -> {
                                        registration.close();
                                        gone.complete(true);
                                    })) {
                process.sendSignal(Signals.KILL);
                if (container.cgroup().isFrozen()) {
                    container.cgroup().thaw();
                }
                gone.get(KILL_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (TimeoutException e) {
            throw new SampanException(ErrorCode.UNAVAILABLE, "container init still running", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SampanException(ErrorCode.UNAVAILABLE, "interrupted", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }
}

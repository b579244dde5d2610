package sampan.runtime.lifecycle;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import sampan.errors.SampanException;
import sampan.linux.cgroups.Cgroup;
import sampan.linux.cgroups.CgroupEntry;
import sampan.linux.process.Pidfd;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;
import sampan.oci.spec.ContainerProcess;
import sampan.oci.spec.Namespace;
import sampan.runtime.compile.CgroupPlacement;
import sampan.runtime.compile.ExecCompiler;
import sampan.runtime.compile.ExecContext;
import sampan.runtime.compile.JoinedNamespaces;
import sampan.runtime.compile.LaunchOption;
import sampan.runtime.compile.MonitorSettings;
import sampan.runtime.compile.RootView;
import sampan.runtime.monitor.ExitRecord;
import sampan.runtime.monitor.LaunchSite;
import sampan.runtime.monitor.LaunchWait;
import sampan.runtime.monitor.Monitor;
import sampan.runtime.plan.LaunchPlan;
import sampan.runtime.state.ContainerStatus;

/// Starts one more process in a container.
public final class ContainerExec {
    private static final int PASS_FROM = 3;

    private final Container container;
    private final Request request;

    private ContainerExec(Container container, Request request) {
        this.container = container;
        this.request = request;
    }

    /// What is to run.
    ///
    /// @param detached nobody stays with it
    /// @param passedFds how many descriptors of the caller, from 3 on, it gets
    /// @param ignorePaused it may join a paused container, where it stands still
    /// @param callerPid the process behind the site
    /// @param sockets how sockets of the caller's are reached
    public record Request(
            ContainerProcess process,
            ProcessStdio stdio,
            boolean detached,
            int passedFds,
            SubCgroups cgroup,
            boolean ignorePaused,
            LaunchSite site,
            int callerPid,
            SocketConnector sockets) {}

    /// A process that runs.
    ///
    /// @param end how it ended, or nothing where its monitor was killed; never told where detached
    /// @param warnings what was asked for and left out
    public record Running(
            int pid,
            Monitor monitor,
            CompletableFuture<Optional<ExitRecord>> end,
            List<String> warnings) {}

    /// Returns when its program runs.
    public static Running start(Container container, Request request) {
        ContainerStatus status = container.status();
        if (status == ContainerStatus.STOPPED) {
            throw SampanException.conflict("cannot exec in a stopped container");
        }
        if (status == ContainerStatus.PAUSED && !request.ignorePaused()) {
            throw SampanException.conflict(
                    "cannot exec in a paused container (use --ignore-paused to override)");
        }
        return new ContainerExec(container, request).start();
    }

    private Running start() {
        CompletableFuture<Optional<ExitRecord>> end = new CompletableFuture<>();
        LaunchWait wait =
                new LaunchWait(
                        exit -> end.complete(Optional.of(exit)),
                        () -> end.complete(Optional.empty()));
        Launched launched = launch(new LaunchSlots(request.stdio()), wait);
        Monitor monitor = launched.monitor();
        LaunchWait.Outcome outcome = wait.awaitOutcome();
        if (request.detached() || !(outcome instanceof LaunchWait.Outcome.Started)) {
            monitor.close();
        }
        return switch (outcome) {
            case LaunchWait.Outcome.Started(int pid, var _) ->
                    new Running(pid, monitor, end, launched.plan().warnings());
            case LaunchWait.Outcome.Failed(var failure) ->
                    throw FailureText.exec(
                            failure, launched.plan(), request.process().args().getFirst());
            case LaunchWait.Outcome.Lost() -> throw FailureText.lost();
        };
    }

    private record Launched(Monitor monitor, LaunchPlan plan) {}

    private Launched launch(LaunchSlots slots, LaunchWait wait) {
        int pid = container.liveProcess().pid();
        try (Pidfd init =
                        Pidfd.openIfExists(pid)
                                .orElseThrow(
                                        () -> SampanException.conflict("container not running"));
                Fd root = Fd.open("/proc/" + pid + "/root", Open.PATH | Open.DIRECTORY);
                CgroupEntry entry = cgroup(pid).entry();
                SeccompSupervisor supervisor =
                        SeccompSupervisor.of(
                                container.host(),
                                container.spec().linux().seccomp(),
                                request.sockets())) {
            ExecContext.Builder context =
                    ExecContext.builder(
                                    container.id(),
                                    slots.add(init.fd()),
                                    JoinedNamespaces.of(pid, request.callerPid()))
                            .stdio(slots.stdio(request.stdio()))
                            .monitor(monitor(slots))
                            .cgroup(placement(entry, slots))
                            .kernel(container.host().kernel())
                            .view(RootView.of(root))
                            .with(LaunchOption.ALL_CPUS)
                            .with(LaunchOption.NO_ONLCR);
            supervisor.filter(slots, container.state("running", pid)).ifPresent(context::seccomp);
            int[] number = {PASS_FROM};
            slots.addTheirs(request.passedFds(), slot -> context.pass(slot, number[0]++));
            LaunchPlan plan =
                    ExecCompiler.compile(
                            request.process(),
                            container.spec().linux(),
                            context.fdCount(slots.size()).build());
            return new Launched(
                    container.host().launcher().launchAt(request.site(), plan, slots.all(), wait),
                    plan);
        }
    }

    // Who names a place goes there or nowhere.
    private Cgroup cgroup(int member) {
        return request.cgroup().equals(SubCgroups.NONE)
                ? container.cgroup().beside(member)
                : request.cgroup().below(container.cgroup());
    }

    private MonitorSettings monitor(LaunchSlots slots) {
        MonitorSettings monitor = slots.monitor("", request.stdio());
        return request.detached() ? monitor.detached() : monitor;
    }

    private CgroupPlacement placement(CgroupEntry entry, LaunchSlots slots) {
        OptionalInt slot = slots.cgroup(entry);
        boolean ownUsers = container.spec().linux().namespace(Namespace.USER).isPresent();
        List<String> byPid = new ArrayList<>(ownUsers ? entry.procsFiles() : List.of());
        container.resctrl().ifPresent(group -> byPid.addAll(group.tasks()));
        return new CgroupPlacement(
                ownUsers ? List.of() : entry.selfFiles(),
                byPid,
                slot,
                new CgroupPlacement.View.None());
    }
}

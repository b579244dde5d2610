package sampan.runtime.lifecycle;

import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import sampan.errors.ErrnoException;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.cgroups.Cgroup;
import sampan.linux.cgroups.CgroupEntry;
import sampan.linux.cgroups.CgroupPosition;
import sampan.linux.netlink.NetNamespace;
import sampan.linux.process.Signals;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;
import sampan.oci.spec.ContainerProcess;
import sampan.oci.spec.Namespace;
import sampan.oci.spec.Spec;
import sampan.runtime.compile.CgroupPlaces;
import sampan.runtime.compile.LaunchContext;
import sampan.runtime.compile.LaunchOption;
import sampan.runtime.compile.MonitorSettings;
import sampan.runtime.compile.PlanCompiler;
import sampan.runtime.compile.RootSource;
import sampan.runtime.compile.RootView;
import sampan.runtime.monitor.ExitRecord;
import sampan.runtime.monitor.LaunchWait;
import sampan.runtime.monitor.Monitor;
import sampan.runtime.monitor.StepFailures;
import sampan.runtime.plan.LaunchPlan;
import sampan.runtime.state.StoredContainer;

/// Makes one container. What fails leaves nothing behind.
public final class ContainerCreation {
    private static final int PASS_FROM = 3;
    private static final DateTimeFormatter NANOS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSSSSSXXX")
                    .withZone(ZoneOffset.UTC);

    private final RuntimeHost host;
    private final CreateRequest request;
    private final Spec spec;
    private final CompletableFuture<Optional<ExitRecord>> end = new CompletableFuture<>();

    private ContainerCreation(RuntimeHost host, CreateRequest request) {
        this.host = host;
        this.request = request;
        this.spec = announced(request);
    }

    /// A container that was made.
    ///
    /// @param pid of its first process, which may have ended meanwhile
    /// @param monitor its orders; closed in every mode but FOREGROUND
    /// @param end how it ended, or nothing where its monitor was killed; never told in other modes
    ///   than FOREGROUND
    /// @param warnings what was asked for and left out
    public record Made(
            Container container,
            int pid,
            Monitor monitor,
            CompletableFuture<Optional<ExitRecord>> end,
            List<String> warnings) {}

    /// Makes it; returns when it waits or runs, as the mode has it.
    ///
    /// @throws SampanException CONFLICT where the id is taken or the cgroup is in use; the failures
    ///   of the launch in runc's words
    public static Made create(RuntimeHost host, CreateRequest request) {
        return new ContainerCreation(host, request).create();
    }

    // sd_listen_fds(3): the first process is always pid 1 to itself.
    private static Spec announced(CreateRequest request) {
        Spec spec = request.bundle().spec();
        if (request.listenFds() == 0) {
            return spec;
        }
        ContainerProcess process = spec.process().orElseThrow();
        List<String> env = new ArrayList<>(process.env());
        env.add("LISTEN_FDS=" + request.listenFds());
        env.add("LISTEN_PID=1");
        return spec.toBuilder().process(process.toBuilder().env(env).build()).build();
    }

    private Made create() {
        refuseWhatIsMissing();
        Optional<ResctrlGroup> resctrl =
                spec.linux()
                        .intelRdt()
                        .map(rdt -> ResctrlGroup.of(rdt, request.id(), ResctrlGroup.root()));
        StoredContainer stored =
                new StoredContainer(
                        request.id(),
                        request.bundle().path(),
                        request.bundle().rootfs(),
                        NANOS.format(Instant.now()).replaceFirst("\\.?0+Z$", "Z"),
                        cgroupPath(),
                        request.position(),
                        spec);
        Path place = request.states().reserve(request.id());
        Optional<Cgroup> made = Optional.empty();
        try {
            Cgroup cgroup =
                    host.cgroups()
                            .create(
                                    stored.cgroup(),
                                    CgroupPosition.of(stored.position(), host.ownCgroups()),
                                    ResourceLimits.of(spec.linux()));
            made = Optional.of(cgroup);
            request.states().save(stored);
            resctrl.ifPresent(ResctrlGroup::make);
            Container container = new Container(host, request.states(), stored);
            return launch(container, place);
        } catch (RuntimeException e) {
            made.ifPresent(ContainerCreation::end);
            resctrl.ifPresent(ResctrlGroup::undo);
            request.states().remove(request.id());
            throw e;
        }
    }

    private static void end(Cgroup cgroup) {
        cgroup.kill(Signals.KILL);
        cgroup.delete();
    }

    private void refuseWhatIsMissing() {
        NetDevices.check(spec.linux());
    }

    private String cgroupPath() {
        String path = spec.linux().cgroupsPath();
        return path.isEmpty() ? request.id() : path;
    }

    private Made launch(Container container, Path place) {
        LaunchSlots slots = new LaunchSlots(request.stdio());
        LaunchWait wait =
                new LaunchWait(
                        exit -> end.complete(Optional.of(exit)),
                        () -> end.complete(Optional.empty()));
        LaunchPlan plan;
        Monitor monitor;
        try (CgroupEntry entry = container.cgroup().entry();
                Fd root = rootfs();
                IdMaps maps = IdMaps.of(host, spec);
                SeccompSupervisor supervisor =
                        SeccompSupervisor.of(host, spec.linux().seccomp(), request.sockets())) {
            LaunchContext.Builder context = context(container, place, slots);
            maps.give(slots, context);
            supervisor.filter(slots, container.state("creating", 0)).ifPresent(context::seccomp);
            OptionalInt slot = slots.cgroup(entry);
            boolean ownUsers = spec.linux().namespace(Namespace.USER).isPresent();
            context.cgroup(
                            CgroupPlaces.of(
                                    container.cgroup(), host.cgroups(), entry, ownUsers, slot))
                    .view(RootView.of(root));
            plan = PlanCompiler.compile(spec, context.fdCount(slots.size()).build());
            monitor = host.launcher().launchAt(request.site(), plan, slots.all(), wait);
        }
        int pid;
        try {
            moveNetDevices(monitor, wait);
            pid = await(wait, plan, container.cgroup());
            if (request.mode() != CreateRequest.Mode.CREATE) {
                poststart(container, pid);
            }
        } catch (RuntimeException e) {
            monitor.close();
            throw e;
        }
        if (request.mode() != CreateRequest.Mode.FOREGROUND) {
            monitor.close();
        }
        return new Made(container, pid, monitor, end, plan.warnings());
    }

    private Fd rootfs() {
        try {
            return Fd.open(request.bundle().rootfs(), Open.PATH | Open.DIRECTORY);
        } catch (ErrnoException e) {
            throw new SampanException(
                    ErrorCode.INVALID,
                    "invalid rootfs: stat " + e.subject() + ": " + StepFailures.text(e.errno()),
                    e);
        }
    }

    private LaunchContext.Builder context(Container container, Path place, LaunchSlots slots) {
        LaunchContext.Builder context =
                LaunchContext.builder(
                                container.id(),
                                new RootSource.Directory(request.bundle().rootfs()),
                                request.bundle().rootfs())
                        .bundle(request.bundle().path())
                        .stdio(slots.stdio(request.stdio()))
                        .kernel(host.kernel())
                        .with(LaunchOption.RUNTIME_HOOKS)
                        .with(LaunchOption.ALL_CPUS)
                        .with(LaunchOption.NO_ONLCR);
        MonitorSettings monitor = slots.monitor(place.toString(), request.stdio());
        switch (request.mode()) {
            case CREATE -> context.monitor(monitor.detached()).with(LaunchOption.WAIT_START);
            case DETACHED -> context.monitor(monitor.detached());
            case FOREGROUND -> context.monitor(monitor);
        }
        container.resctrl().ifPresent(group -> context.resctrl(group.tasks()));
        request.options().forEach(context::with);
        int[] number = {PASS_FROM};
        slots.addTheirs(request.passedFds(), slot -> context.pass(slot, number[0]++));
        return context;
    }

    // The plan waits for it in SYNC, once the process has its namespaces.
    private void moveNetDevices(Monitor monitor, LaunchWait wait) {
        if (spec.linux().netDevices().isEmpty()) {
            return;
        }
        int pid = wait.awaitPid();
        if (pid == 0) {
            return;
        }
        String joined = spec.linux().namespace(Namespace.NETWORK).orElse("");
        try (NetNamespace home =
                joined.isEmpty()
                        ? NetNamespace.ofProcess(pid)
                        : NetNamespace.adopt(Fd.open(joined, Open.RDONLY))) {
            NetDevices.move(spec.linux().netDevices(), request.callerPid(), home);
        }
        wait.expectCreatedAgain();
        monitor.go();
    }

    /// The process's id.
    private int await(LaunchWait wait, LaunchPlan plan, Cgroup cgroup) {
        if (request.mode() == CreateRequest.Mode.CREATE) {
            int pid = wait.awaitPid();
            if (pid != 0) {
                return pid;
            }
        }
        return switch (wait.awaitOutcome()) {
            case LaunchWait.Outcome.Started(int pid, var _) -> pid;
            case LaunchWait.Outcome.Failed(var failure) ->
                    throw cgroup.oomKills() > 0
                            ? FailureText.outOfMemory()
                            : FailureText.launch(
                                    failure, plan, spec.process().orElseThrow().args().getFirst());
            case LaunchWait.Outcome.Lost() -> throw FailureText.lost();
        };
    }

    private void poststart(Container container, int pid) {
        RuntimeHooks.run(
                host,
                request.site(),
                "poststart",
                spec.hooks().poststart(),
                container.state("running", pid));
    }
}

package sampan.engine.tasks;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import sampan.engine.containers.ContainerFiles;
import sampan.engine.containers.ContainerRecord;
import sampan.engine.containers.ContainerSpec;
import sampan.engine.containers.LogLimits;
import sampan.engine.containers.ProcessSpec;
import sampan.engine.snapshots.RootMount;
import sampan.linux.capabilities.CapabilitySet;
import sampan.linux.cgroups.CgroupEntry;
import sampan.linux.cgroups.CgroupLayout;
import sampan.linux.sys.Fd;
import sampan.oci.spec.Spec;
import sampan.runtime.compile.CgroupPlaces;
import sampan.runtime.compile.IdMap;
import sampan.runtime.compile.LaunchContext;
import sampan.runtime.compile.LaunchOption;
import sampan.runtime.compile.MonitorSettings;
import sampan.runtime.compile.PlanCompiler;
import sampan.runtime.compile.RootSource;
import sampan.runtime.compile.Stdio;
import sampan.runtime.plan.LaunchPlan;

/// From a container that is about to start to its plan and the descriptors that go with it.
final class LaunchCompiler {
    private final SpecBuilder specs;
    private final SystemCallFilters filters;
    private final CgroupLayout cgroups;
    private final IdMapNamespaces maps;
    private final TaskSettings settings;

    LaunchCompiler(
            SpecBuilder specs,
            SystemCallFilters filters,
            CgroupLayout cgroups,
            IdMapNamespaces maps,
            TaskSettings settings) {
        this.specs = specs;
        this.filters = filters;
        this.cgroups = cgroups;
        this.maps = maps;
        this.settings = settings;
    }

    /// @param network a namespace that is ready
    /// @param sync the process waits until clients are attached
    record Request(
            Task task,
            LaunchPlace place,
            RootMount root,
            RootReading reading,
            Optional<Fd> network,
            Optional<TaskStarter.Client> client,
            boolean sync) {}

    /// A plan with the descriptors for its first slots.
    ///
    /// @param descriptors some of them others'
    /// @param owned what [#close] closes
    record Compiled(LaunchPlan plan, List<Fd> descriptors, List<AutoCloseable> owned)
            implements AutoCloseable {
        @Override
        public void close() {
            closeAll(owned);
        }
    }

    private static void closeAll(List<AutoCloseable> owned) {
        for (AutoCloseable each : owned) {
            try {
                each.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    Compiled compile(Request request) {
        List<AutoCloseable> owned = new ArrayList<>();
        try {
            List<Fd> descriptors = new ArrayList<>();
            Spec spec = specs.build(request.place());
            LaunchContext.Builder context = context(request, descriptors);
            for (IdMap map : PlanCompiler.idMaps(spec, true)) {
                Fd users = maps.open(map);
                owned.add(users);
                context.idMap(map, slot(descriptors, users));
            }
            CgroupEntry entry = request.task().cgroup().entry();
            owned.add(entry);
            OptionalInt slot =
                    entry.directory()
                            .map(fd -> OptionalInt.of(slot(descriptors, fd)))
                            .orElse(OptionalInt.empty());
            boolean ownUsers = !spec.linux().uidMappings().isEmpty();
            context.cgroup(
                    CgroupPlaces.of(request.task().cgroup(), cgroups, entry, ownUsers, slot));
            LaunchPlan plan =
                    PlanCompiler.compile(spec, context.fdCount(descriptors.size()).build());
            return new Compiled(plan, List.copyOf(descriptors), owned);
        } catch (RuntimeException e) {
            closeAll(owned);
            throw e;
        }
    }

    private LaunchContext.Builder context(Request request, List<Fd> descriptors) {
        ContainerRecord record = request.place().record();
        ContainerSpec container = record.spec();
        LaunchContext.Builder context =
                LaunchContext.builder(
                                record.id().value(),
                                source(request.root()),
                                settings.attachPoint().toString())
                        .stdio(stdio(container.process()))
                        .monitor(monitor(request, descriptors))
                        .kernel(settings.kernel())
                        .limits(SpecBuilder.ceiling(settings.ceiling(), container.resources()))
                        .view(request.reading())
                        .with(LaunchOption.DOCKER_FILES);
        CapabilitySet capabilities = specs.capabilities(container, false);
        filters.filter(container, capabilities).ifPresent(context::seccomp);
        request.network().ifPresent(fd -> context.network(slot(descriptors, fd)));
        if (request.sync()) {
            context.with(LaunchOption.SYNC);
        }
        if (container.lifecycle().init()) {
            context.with(LaunchOption.INIT);
        }
        return context;
    }

    private static int slot(List<Fd> descriptors, @Nullable Fd fd) {
        if (fd == null) {
            return -1;
        }
        descriptors.add(fd);
        return descriptors.size() - 1;
    }

    private static RootSource source(RootMount root) {
        return new RootSource.Overlay(
                root.lowers(),
                root.upper().orElse(""),
                root.work().orElse(""),
                root.volatileUpper() ? List.of("volatile") : List.of());
    }

    private static Stdio stdio(ProcessSpec process) {
        return process.tty()
                ? new Stdio.Terminal(process.openStdin(), process.stdinOnce())
                : new Stdio.Pipes(process.openStdin(), process.stdinOnce());
    }

    private static MonitorSettings monitor(Request request, List<Fd> descriptors) {
        ContainerRecord record = request.place().record();
        Task task = request.task();
        MonitorSettings monitor = MonitorSettings.in(task.directory().toString());
        if (ContainerFiles.hasLog(record.spec())) {
            LogLimits limits = LogLimits.of(record.spec().lifecycle());
            monitor =
                    monitor.withLog(
                            new MonitorSettings.Log(
                                    task.handle()
                                            .directory()
                                            .resolve(record.id() + "-json.log")
                                            .toString(),
                                    limits.maxBytes(),
                                    limits.maxFiles(),
                                    ""));
        }
        var oom = task.cgroup().oomCounter();
        if (oom.isPresent()) {
            monitor =
                    monitor.withOom(
                            new MonitorSettings.OomCounter(
                                    oom.get().file(), oom.get().key(), oom.get().control()));
        }
        if (request.client().isPresent()) {
            monitor = monitor.withClient(client(request.client().get(), descriptors));
        }
        return monitor;
    }

    /// Adds a client's descriptors to those of the launcher.
    static MonitorSettings.Client client(TaskStarter.Client client, List<Fd> descriptors) {
        return new MonitorSettings.Client(
                slot(descriptors, client.stdin().orElse(null)),
                slot(descriptors, client.stdout().orElse(null)),
                slot(descriptors, client.stderr().orElse(null)),
                client.detachKeys());
    }
}

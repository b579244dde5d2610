package sampan.engine.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import sampan.engine.containers.ContainerFiles;
import sampan.engine.containers.ContainerHandle;
import sampan.engine.containers.Containers;
import sampan.engine.containers.HostLimits;
import sampan.engine.content.ContentStore;
import sampan.engine.events.EventLog;
import sampan.engine.images.Collector;
import sampan.engine.images.ImageStore;
import sampan.engine.images.transfer.ArchiveLoader;
import sampan.engine.images.transfer.Stores;
import sampan.engine.leases.Leases;
import sampan.engine.logs.LogWatch;
import sampan.engine.networks.Cidr;
import sampan.engine.networks.Network;
import sampan.engine.networks.NetworkCatalog;
import sampan.engine.networks.NetworkDriver;
import sampan.engine.networks.NetworkFiles;
import sampan.engine.networks.SpareNamespaces;
import sampan.engine.services.ContainerCreation;
import sampan.engine.services.ContainerEvents;
import sampan.engine.services.ContainerRemoval;
import sampan.engine.services.ContainerUpdate;
import sampan.engine.services.EngineArchives;
import sampan.engine.services.EngineContainers;
import sampan.engine.services.EngineEvents;
import sampan.engine.services.EngineExecs;
import sampan.engine.services.EngineRoots;
import sampan.engine.services.EngineStreams;
import sampan.engine.services.EngineTasks;
import sampan.engine.services.EngineVolumes;
import sampan.engine.services.Recovery;
import sampan.engine.snapshots.overlay.OverlaySnapshotter;
import sampan.engine.tasks.CgroupSweep;
import sampan.engine.tasks.DaemonLimits;
import sampan.engine.tasks.ExecStarter;
import sampan.engine.tasks.NetworkWiring;
import sampan.engine.tasks.SpecBuilder;
import sampan.engine.tasks.StepClock;
import sampan.engine.tasks.SystemCallFilters;
import sampan.engine.tasks.TaskAdoption;
import sampan.engine.tasks.TaskLauncher;
import sampan.engine.tasks.TaskScan;
import sampan.engine.tasks.TaskSettings;
import sampan.engine.tasks.TaskStarter;
import sampan.engine.tasks.TaskTable;
import sampan.engine.volumes.local.LocalVolumes;
import sampan.linux.capabilities.CapabilitySet;
import sampan.linux.capabilities.ProcessCapabilities;
import sampan.linux.cgroups.CgroupLayout;
import sampan.linux.kernel.Features;
import sampan.linux.poll.Poller;
import sampan.linux.seccomp.SeccompCompiler;
import sampan.runtime.compile.KernelFeatures;
import sampan.runtime.monitor.Launcher;

/// A whole engine over a directory, without the daemon around it. Dropping it without a word is
/// what a killed daemon looks like to its successor over the same directory.
public final class WholeEngine implements AutoCloseable {
    public final EventLog log = new EventLog();
    public final List<StepClock.Report> steps = new CopyOnWriteArrayList<>();
    public final EngineContainers containers;
    public final EngineTasks tasks;
    public final EngineStreams streams;
    public final EngineExecs execs;
    public final Recovery recovery;
    public final EngineVolumes volumes;
    public final EngineArchives archives;
    public final EngineEvents events;
    public final Containers index;
    public final TaskTable table = new TaskTable();
    public final Stores stores;
    public final String cgroupParent;
    public final CgroupLayout cgroups = CgroupLayout.detect();

    private final Poller poller = Poller.start("engine-poller");
    private final Launcher launcher;
    private final OverlaySnapshotter snapshots;
    private final LogWatch watch = new LogWatch();
    private final SpareNamespaces spares = new SpareNamespaces();

    /// @param directory holds `root` and `run`
    public WholeEngine(Path directory) {
        this(directory, Optional.empty());
    }

    public WholeEngine(Path directory, Optional<NetworkDriver> driver) {
        Path root = directories(directory.resolve("root"));
        Path run = directories(directory.resolve("run"));
        directories(run.resolve("c"));
        directories(run.resolve("e"));
        this.cgroupParent =
                "/sampan-test-" + Integer.toUnsignedString(directory.toString().hashCode());
        this.snapshots = new OverlaySnapshotter(root.resolve("snapshots"), List.of(root, run));
        ContentStore content = new ContentStore(root.resolve("content"));
        ImageStore images = new ImageStore(root.resolve("images"), content);
        Leases leases = new Leases();
        this.stores =
                new Stores(
                        content,
                        snapshots,
                        images,
                        leases,
                        new Collector(images, content, snapshots, leases));
        LocalVolumes local = new LocalVolumes(root.resolve("volumes"), new NoTmpfs());
        this.index = new Containers(new ContainerFiles(root.resolve("containers")));
        this.launcher = new Launcher(program(), poller);
        TaskLauncher tasksLauncher = new TaskLauncher(launcher, poller);
        CapabilitySet own = ProcessCapabilities.current().effective();
        NetworkCatalog catalog =
                new NetworkCatalog(
                        new NetworkFiles(root.resolve("networks")),
                        new Network.Bridged(
                                "sampantest",
                                Cidr.parse("10.213.0.0/24"),
                                Cidr.address("10.213.0.1"),
                                1500));
        NetworkWiring wiring = new NetworkWiring(catalog, driver, spares);
        SpecBuilder specs = new SpecBuilder(own);
        SystemCallFilters filters = new SystemCallFilters(new SeccompCompiler());
        TaskSettings settings =
                new TaskSettings(
                        run,
                        cgroupParent,
                        directories(run.resolve("attach")),
                        KernelFeatures.of(Features.probe()),
                        DaemonLimits.read(own),
                        steps::add,
                        true);
        TaskStarter starter =
                new TaskStarter(
                        new TaskStarter.Parts(
                                index,
                                snapshots,
                                local,
                                wiring,
                                cgroups,
                                specs,
                                filters,
                                tasksLauncher,
                                table,
                                settings));
        ContainerEvents happenings = new ContainerEvents(log);
        ContainerRemoval removal =
                new ContainerRemoval(index, snapshots, local, table, happenings, _ -> {});
        HostLimits host = HostLimits.complete(Runtime.getRuntime().availableProcessors());
        this.containers =
                new EngineContainers(
                        new EngineContainers.Parts(
                                index,
                                new ContainerCreation(
                                        index, images, snapshots, local, happenings, host),
                                removal,
                                new ContainerUpdate(index, table, happenings, host),
                                table,
                                images,
                                snapshots,
                                happenings,
                                log));
        this.tasks =
                new EngineTasks(new EngineTasks.Parts(index, table, starter, removal, happenings));
        this.streams = new EngineStreams(index, table, tasksLauncher, watch, happenings);
        this.recovery =
                new Recovery(
                        new Recovery.Parts(
                                index,
                                snapshots,
                                local,
                                new TaskAdoption(tasksLauncher, table, starter, wiring, cgroups),
                                tasksLauncher,
                                removal,
                                tasks,
                                TaskScan.read(settings.tasks()),
                                new CgroupSweep(cgroups, cgroupParent),
                                settings));
        this.execs =
                new EngineExecs(
                        index,
                        table,
                        new ExecStarter(specs, filters, tasksLauncher, settings),
                        happenings);
        this.volumes = new EngineVolumes(local, log);
        this.archives =
                new EngineArchives(new EngineRoots(index, table, local, happenings), stores, log);
        this.events = new EngineEvents(log);
    }

    private static Path directories(Path path) {
        try {
            return Files.createDirectories(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The launcher, built by `make -C native`; its place can be told by the property
    /// `sampan.launch`.
    private static Path program() {
        String told = System.getProperty("sampan.launch", "");
        if (!told.isEmpty()) {
            return Path.of(told);
        }
        Path at = Path.of("").toAbsolutePath();
        while (!Files.exists(at.resolve("build/native/sampan-launch"))) {
            at = at.getParent();
            if (at == null) {
                throw new IllegalStateException("no build/native/sampan-launch: make -C native");
            }
        }
        return at.resolve("build/native/sampan-launch");
    }

    /// Loads the small image as `busybox:latest`.
    public WholeEngine withImage() {
        return withImage(Map.of("Cmd", List.of("sh")));
    }

    /// @param config members of the image's `config`
    public WholeEngine withImage(Map<String, Object> config) {
        new ArchiveLoader(stores).load(SmallImage.archive(config), (_, _, _, _) -> {});
        return this;
    }

    /// All that is published, for a test to look at.
    public List<String> actions() {
        List<String> actions = new ArrayList<>();
        log.kept().forEach(e -> actions.add(e.type() + " " + e.action()));
        return actions;
    }

    /// What a SIGKILL does to the daemon: from now on it hears, writes and cleans nothing.
    public void kill() {
        index.all().forEach(ContainerHandle::retire);
        poller.close();
    }

    /// Lets go of everything; containers run on.
    @Override
    public void close() {
        watch.close();
        log.close();
        spares.close();
        launcher.close();
        poller.close();
        snapshots.close();
        cgroups.close();
    }

    /// Removes all containers and the cgroup above them, then lets go.
    public void destroy() {
        for (var container : containers.list()) {
            containers.remove(container.id().value(), true, true);
        }
        cgroups.open(cgroupParent).delete();
        close();
    }

    private static final class NoTmpfs implements LocalVolumes.TmpfsMounter {
        @Override
        public void mount(Path target, List<String> options) {
            throw new UnsupportedOperationException("tmpfs volumes are tested elsewhere");
        }

        @Override
        public void unmount(Path target) {}
    }
}

package sampan.app;

import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sampan.app.runc.CallerCgroups;
import sampan.app.settings.Settings;
import sampan.engine.build.EngineBuilds;
import sampan.engine.build.cache.StepCache;
import sampan.engine.build.execute.BuildParts;
import sampan.engine.build.execute.CacheMounts;
import sampan.engine.build.execute.ImageFetch;
import sampan.engine.build.execute.StepContainers;
import sampan.engine.containers.ContainerFiles;
import sampan.engine.containers.ContainerRecord;
import sampan.engine.containers.Containers;
import sampan.engine.containers.HostLimits;
import sampan.engine.content.ContentStore;
import sampan.engine.disk.ContainerSource;
import sampan.engine.disk.DiskPolicy;
import sampan.engine.disk.ImageSource;
import sampan.engine.disk.Source;
import sampan.engine.events.EventLog;
import sampan.engine.fsck.Fsck;
import sampan.engine.gateway.GatewaySupervisor;
import sampan.engine.gateway.process.GatewayProgram;
import sampan.engine.images.Collector;
import sampan.engine.images.ImageRemoval;
import sampan.engine.images.ImageStore;
import sampan.engine.images.ImageUsers;
import sampan.engine.images.transfer.Puller;
import sampan.engine.images.transfer.Pusher;
import sampan.engine.images.transfer.StoreRecovery;
import sampan.engine.images.transfer.Stores;
import sampan.engine.leases.Leases;
import sampan.engine.leftovers.Leftovers;
import sampan.engine.logs.LogWatch;
import sampan.engine.networks.NetworkDriver;
import sampan.engine.registry.RegistryConfig;
import sampan.engine.registry.RegistryLimits;
import sampan.engine.registry.http.HttpRegistries;
import sampan.engine.services.ContainerCreation;
import sampan.engine.services.ContainerEvents;
import sampan.engine.services.ContainerRemoval;
import sampan.engine.services.ContainerUpdate;
import sampan.engine.services.Doctor;
import sampan.engine.services.Engine;
import sampan.engine.services.EngineArchives;
import sampan.engine.services.EngineContainers;
import sampan.engine.services.EngineEvents;
import sampan.engine.services.EngineExecs;
import sampan.engine.services.EngineExplanations;
import sampan.engine.services.EngineGateway;
import sampan.engine.services.EngineImages;
import sampan.engine.services.EngineNetworks;
import sampan.engine.services.EngineRegistries;
import sampan.engine.services.EngineRoots;
import sampan.engine.services.EngineStore;
import sampan.engine.services.EngineStreams;
import sampan.engine.services.EngineSystem;
import sampan.engine.services.EngineTasks;
import sampan.engine.services.EngineTransfers;
import sampan.engine.services.EngineVolumes;
import sampan.engine.services.Recovery;
import sampan.engine.services.StoreLeftovers;
import sampan.engine.services.StoreUse;
import sampan.engine.services.TaskLeftovers;
import sampan.engine.snapshots.Snapshotter;
import sampan.engine.snapshots.overlay.OverlaySnapshotter;
import sampan.engine.tasks.CgroupSweep;
import sampan.engine.tasks.DaemonLimits;
import sampan.engine.tasks.ExecStarter;
import sampan.engine.tasks.NetworkWiring;
import sampan.engine.tasks.SpecBuilder;
import sampan.engine.tasks.SystemCallFilters;
import sampan.engine.tasks.Task;
import sampan.engine.tasks.TaskAdoption;
import sampan.engine.tasks.TaskLauncher;
import sampan.engine.tasks.TaskScan;
import sampan.engine.tasks.TaskSettings;
import sampan.engine.tasks.TaskStarter;
import sampan.engine.tasks.TaskTable;
import sampan.engine.volumes.Volumes;
import sampan.engine.volumes.local.LocalVolumes;
import sampan.linux.capabilities.CapabilitySet;
import sampan.linux.capabilities.ProcessCapabilities;
import sampan.linux.cgroups.CgroupLayout;
import sampan.linux.kernel.Features;
import sampan.linux.poll.Poller;
import sampan.linux.seccomp.SeccompCompiler;
import sampan.runtime.compile.KernelFeatures;
import sampan.runtime.lifecycle.RuntimeHost;
import sampan.runtime.monitor.Launcher;
import sampan.runtime.monitor.Monitors;

/// Every part of the engine, wired by hand, from the ground up: this is the one place that names
/// implementations. Closing it leaves containers as they are.
final class EngineWiring implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("sampan.engine");

    private final Deque<AutoCloseable> closing = new ArrayDeque<>();
    private final Settings settings;
    private final Features features = Features.probe();
    private final EventLog log = new EventLog();
    private final Leases leases;
    private final TaskTable tasks = new TaskTable();
    private final ContainerEvents events = new ContainerEvents(log);

    private Optional<RuntimeHost> runtime = Optional.empty();

    private EngineWiring(Settings settings) {
        this.settings = settings;
        this.leases = new Leases(settings.root().resolve("leases"));
    }

    /// What keeps images and volumes.
    private record Stored(
            ContentStore content,
            ImageStore images,
            Snapshotter snapshots,
            Volumes volumes,
            Collector collector,
            Containers containers) {}

    /// What starts processes.
    private record Starting(
            TaskLauncher launcher,
            TaskStarter starter,
            ExecStarter execs,
            CgroupLayout cgroups,
            TaskSettings settings) {}

    /// What [#build] made; closing it closes what lies below.
    record Running(Engine engine, RuntimeHost runtime, EngineWiring wiring)
            implements AutoCloseable {
        @Override
        public void close() {
            wiring.close();
        }
    }

    static Running start(Settings settings) {
        EngineWiring wiring = new EngineWiring(settings);
        try {
            Engine engine = wiring.build();
            return new Running(engine, wiring.runtime.orElseThrow(), wiring);
        } catch (RuntimeException e) {
            wiring.close();
            throw e;
        }
    }

    private Engine build() {
        Stored stored = stores();
        // Before anything collects: what the cache keeps is nobody else's.
        StepCache cache =
                new StepCache(settings.root().resolve("build/cache"), imageStores(stored));
        // Read before anything is made: who runs on keeps its address and ports.
        TaskScan scan = TaskScan.read(settings.run().resolve("c"));
        Networking networking = Networking.open(settings, scan.attachments(), LOG);
        closing.push(networking);
        networking.driver().ifPresent(driver -> driver.namespaces(tasks::network));
        Starting starting = starting(stored, networking.wiring());
        HostLimits host = HostFacts.limits(starting.cgroups.features(), settings.userns());
        ContainerRemoval removal =
                new ContainerRemoval(
                        stored.containers,
                        stored.snapshots,
                        stored.volumes,
                        tasks,
                        events,
                        gone -> collectAfter(stored, gone));
        EngineTasks taskService =
                new EngineTasks(
                        new EngineTasks.Parts(
                                stored.containers, tasks, starting.starter, removal, events));
        recovery(stored, starting, networking.wiring(), removal, taskService, scan).recover();
        // After the containers: what only half-made ones held is garbage then.
        new StoreRecovery(imageStores(stored), settings.root())
                .recover()
                .forEach(finding -> LOG.log(Level.WARNING, finding));
        LogWatch watch = new LogWatch();
        closing.push(watch);
        EngineRegistries registries = registries(stored);
        ContainerCreation creation = creation(stored, host);
        EngineContainers containers = containers(stored, removal, creation, host);
        EngineExecs execs = new EngineExecs(stored.containers, tasks, starting.execs, events);
        ImageUsers users = () -> HostFacts.uses(stored.containers.views());
        StepContainers steps = new StepContainers(creation, containers, taskService);
        EngineBuilds builds = builds(stored, cache, steps, registries);
        return new Engine(
                containers,
                taskService,
                new EngineStreams(stored.containers, tasks, starting.launcher, watch, events),
                execs,
                archives(stored),
                new EngineExplanations(stored.containers, execs, starting.execs.plans()),
                new EngineImages(stored.images, stored.snapshots, stored.collector, users, log),
                transfers(stored),
                registries,
                builds,
                new EngineVolumes(stored.volumes, log),
                new EngineNetworks(networking.catalog(), stored.containers),
                new EngineEvents(log),
                system(stored, new Doctor(doctor(stored, starting, networking))),
                store(stored, fsck(stored, cache, builds, networking), builds, containers),
                gateway(stored, starting, taskService));
    }

    private EngineGateway gateway(Stored stored, Starting starting, EngineTasks tasks) {
        GatewayProgram.Place place =
                new GatewayProgram.Place(
                        settings.home(),
                        settings.root(),
                        settings.run(),
                        settings.gateway().file(),
                        settings.gateway().metrics());
        RuntimeHost host = runtime.orElseThrow();
        GatewayProgram program =
                new GatewayProgram(
                        place, host.launcher(), starting.settings.kernel(), host.seccomp());
        GatewaySupervisor supervisor =
                new GatewaySupervisor(
                        new GatewaySupervisor.Parts(
                                settings.gateway(), program, stored.containers, log),
                        id -> tasks.start(id, Optional.empty()),
                        id -> tasks.stop(id, Optional.empty(), Optional.empty()));
        closing.push(supervisor);
        events.ending(supervisor::leaving);
        return new EngineGateway(supervisor.begin());
    }

    private Fsck fsck(Stored stored, StepCache cache, EngineBuilds builds, Networking networking) {
        return new Fsck(
                new Fsck.Parts(
                        settings.root(),
                        imageStores(stored),
                        stored.containers,
                        stored.volumes,
                        cache,
                        builds::strangers,
                        networking.catalog()::list));
    }

    private EngineStore store(
            Stored stored, Fsck fsck, EngineBuilds builds, EngineContainers containers) {
        ImageUsers users = () -> HostFacts.uses(stored.containers.views());
        ImageRemoval removal =
                new ImageRemoval(
                        stored.images,
                        stored.collector,
                        users,
                        (action, id) -> HostFacts.tell(log, action, id));
        List<Source> sources =
                List.of(
                        new ImageSource(imageStores(stored), removal, users, settings.disk()),
                        builds,
                        new ContainerSource(
                                stored.containers,
                                containers::removeMeasured,
                                handle ->
                                        tasks.find(handle.id())
                                                .map(Task::directory)
                                                .ifPresent(Monitors::reopenLog),
                                settings.disk()));
        DiskPolicy policy =
                new DiskPolicy(
                        new DiskPolicy.Parts(settings.root(), settings.disk(), sources, log));
        closing.push(policy.start());
        closing.push(new StoreUse(stored.containers, stored.images, policy, log).start());
        return new EngineStore(settings.root(), fsck, policy);
    }

    // The last container of an image that was removed under it.
    private static void collectAfter(Stored stored, ContainerRecord gone) {
        boolean step = StepContainers.isStep(gone.spec());
        if (!step && stored.images.find(gone.origin().imageId()).isEmpty()) {
            stored.collector.collect();
        }
    }

    private Doctor.Parts doctor(Stored stored, Starting starting, Networking networking) {
        List<Leftovers> leftovers = new ArrayList<>();
        leftovers.add(
                new TaskLeftovers(
                        stored.containers,
                        tasks,
                        new CgroupSweep(starting.cgroups, starting.settings.cgroupParent()),
                        starting.settings));
        leftovers.add(
                new StoreLeftovers(
                        new StoreLeftovers.Parts(
                                settings.root(),
                                settings.run(),
                                stored.containers,
                                tasks,
                                stored.snapshots,
                                stored.volumes,
                                stored.collector)));
        networking.driver().ifPresent(driver -> leftovers.add(driver::leftovers));
        return new Doctor.Parts(
                () -> features,
                List.copyOf(leftovers),
                () -> networking.driver().map(NetworkDriver::obstacles).orElse(List.of()),
                () -> Networking.neighbours(settings.bridge(), features));
    }

    private Recovery recovery(
            Stored stored,
            Starting starting,
            NetworkWiring wiring,
            ContainerRemoval removal,
            EngineTasks taskService,
            TaskScan scan) {
        TaskAdoption adoption =
                new TaskAdoption(
                        starting.launcher, tasks, starting.starter, wiring, starting.cgroups);
        return new Recovery(
                new Recovery.Parts(
                        stored.containers,
                        stored.snapshots,
                        stored.volumes,
                        adoption,
                        starting.launcher,
                        removal,
                        taskService,
                        scan,
                        new CgroupSweep(starting.cgroups, starting.settings.cgroupParent()),
                        starting.settings));
    }

    private Stores imageStores(Stored stored) {
        return new Stores(
                stored.content, stored.snapshots, stored.images, leases, stored.collector);
    }

    private EngineTransfers transfers(Stored stored) {
        return new EngineTransfers(imageStores(stored), log);
    }

    private EngineRegistries registries(Stored stored) {
        RegistryConfig config = RegistryConfig.read(settings.registries());
        Path certificates = settings.registries().resolveSibling("certs.d");
        HttpRegistries registries =
                new HttpRegistries(
                        config,
                        RegistryLimits.DEFAULT,
                        List.of(certificates, Path.of("/etc/docker/certs.d")),
                        System.getenv());
        closing.push(registries);
        Stores stores = imageStores(stored);
        return new EngineRegistries(
                registries,
                new Puller(stores, registries, RegistryLimits.DEFAULT, config.downloads()),
                new Pusher(stores, registries, config.uploads()),
                log);
    }

    private EngineArchives archives(Stored stored) {
        return new EngineArchives(
                new EngineRoots(stored.containers, tasks, stored.volumes, events),
                imageStores(stored),
                log);
    }

    private EngineSystem system(Stored stored, Doctor doctor) {
        return new EngineSystem(
                new EngineSystem.Parts(
                        HostFacts.identity(settings.root()),
                        settings.root(),
                        stored.containers,
                        stored.images,
                        stored.snapshots,
                        stored.volumes,
                        log,
                        () -> features,
                        doctor,
                        Map.of(
                                "bridge", settings.bridge(),
                                "run", settings.run().toString(),
                                "socket", settings.socket().toString())));
    }

    private Stored stores() {
        Path root = settings.root();
        ContentStore content = new ContentStore(root.resolve("content"));
        ImageStore images = new ImageStore(root.resolve("images"), content);
        OverlaySnapshotter snapshots =
                new OverlaySnapshotter(root.resolve("snapshots"), List.of(root, settings.run()));
        closing.push(snapshots);
        return new Stored(
                content,
                images,
                snapshots,
                new LocalVolumes(root.resolve("volumes"), new KernelTmpfs()),
                new Collector(images, content, snapshots, leases),
                new Containers(new ContainerFiles(root.resolve("containers"))));
    }

    private Starting starting(Stored stored, NetworkWiring wiring) {
        Poller poller = Poller.start("monitors");
        closing.push(poller);
        Launcher programs = new Launcher(Main.launcher(settings), poller);
        closing.push(programs);
        TaskLauncher launcher = new TaskLauncher(programs, poller);
        CapabilitySet own = ProcessCapabilities.current().effective();
        TaskSettings taskSettings =
                new TaskSettings(
                        settings.run(),
                        HostFacts.cgroupParent(settings.bridge()),
                        HostFacts.attachPoint(settings.run()),
                        KernelFeatures.of(features),
                        DaemonLimits.read(own),
                        report -> LOG.log(Level.DEBUG, report::toString),
                        settings.debug());
        HostFacts.runDirectories(taskSettings);
        CgroupLayout cgroups = CgroupLayout.detect();
        closing.push(new CgroupSweep(cgroups, taskSettings.cgroupParent())::retire);
        SpecBuilder specs = new SpecBuilder(own);
        SeccompCompiler seccomp = new SeccompCompiler(settings.run().resolve("seccomp"));
        SystemCallFilters filters = new SystemCallFilters(seccomp);
        filters.prepare(own);
        runtime =
                Optional.of(
                        new RuntimeHost(
                                programs,
                                poller,
                                cgroups,
                                CallerCgroups.of((int) ProcessHandle.current().pid()),
                                seccomp,
                                taskSettings.kernel()));
        TaskStarter starter =
                new TaskStarter(
                        new TaskStarter.Parts(
                                stored.containers,
                                stored.snapshots,
                                stored.volumes,
                                wiring,
                                cgroups,
                                specs,
                                filters,
                                launcher,
                                tasks,
                                taskSettings));
        ExecStarter execs = new ExecStarter(specs, filters, launcher, taskSettings);
        return new Starting(launcher, starter, execs, cgroups, taskSettings);
    }

    private ContainerCreation creation(Stored stored, HostLimits host) {
        return new ContainerCreation(
                stored.containers, stored.images, stored.snapshots, stored.volumes, events, host);
    }

    private EngineBuilds builds(
            Stored stored, StepCache cache, StepContainers steps, EngineRegistries registries) {
        Path home = settings.root().resolve("build");
        return new EngineBuilds(
                new BuildParts(
                        imageStores(stored),
                        cache,
                        steps,
                        new CacheMounts(home.resolve("mounts"), home.resolve("mount-records")),
                        new ImageFetch(registries),
                        home.resolve("running"),
                        settings.run().resolve("build"),
                        settings.gitBytesMax()));
    }

    private EngineContainers containers(
            Stored stored, ContainerRemoval removal, ContainerCreation creation, HostLimits host) {
        return new EngineContainers(
                new EngineContainers.Parts(
                        stored.containers,
                        creation,
                        removal,
                        new ContainerUpdate(stored.containers, tasks, events, host),
                        tasks,
                        stored.images,
                        stored.snapshots,
                        events,
                        log));
    }

    @Override
    public void close() {
        while (!closing.isEmpty()) {
            try {
                closing.pop().close();
            } catch (Exception e) {
                LOG.log(Level.WARNING, "closing: " + e.getMessage());
            }
        }
        log.close();
    }
}

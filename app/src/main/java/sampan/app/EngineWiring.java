package sampan.app;

import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sampan.app.settings.Settings;
import sampan.engine.build.EngineBuilds;
import sampan.engine.build.cache.StepCache;
import sampan.engine.build.execute.BuildParts;
import sampan.engine.build.execute.CacheMounts;
import sampan.engine.build.execute.ImageFetch;
import sampan.engine.build.execute.StepContainers;
import sampan.engine.containers.ContainerRecord;
import sampan.engine.containers.HostLimits;
import sampan.engine.disk.ContainerSource;
import sampan.engine.disk.DiskPolicy;
import sampan.engine.disk.ImageSource;
import sampan.engine.disk.Source;
import sampan.engine.events.EventLog;
import sampan.engine.fsck.Fsck;
import sampan.engine.gateway.GatewaySupervisor;
import sampan.engine.gateway.process.GatewayProgram;
import sampan.engine.images.ImageRemoval;
import sampan.engine.images.ImageUsers;
import sampan.engine.images.transfer.Puller;
import sampan.engine.images.transfer.Pusher;
import sampan.engine.images.transfer.StoreRecovery;
import sampan.engine.images.transfer.Stores;
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
import sampan.engine.tasks.CgroupSweep;
import sampan.engine.tasks.NetworkWiring;
import sampan.engine.tasks.Task;
import sampan.engine.tasks.TaskAdoption;
import sampan.engine.tasks.TaskScan;
import sampan.engine.tasks.TaskTable;
import sampan.linux.kernel.Features;
import sampan.runtime.lifecycle.RuntimeHost;
import sampan.runtime.monitor.Monitors;

/// Every part of the engine, wired by hand, from the ground up: on [Stored] and [Starting] stand
/// the use cases. Only these three name implementations. Closing it leaves containers as they are.
final class EngineWiring implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("sampan.engine");

    private final Closing closing = new Closing(LOG);
    private final Settings settings;
    private final Features features = Features.probe();
    private final EventLog log = new EventLog();
    private final TaskTable tasks = new TaskTable();
    private final ContainerEvents events = new ContainerEvents(log);

    private EngineWiring(Settings settings) {
        this.settings = settings;
    }

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
            return wiring.build();
        } catch (RuntimeException e) {
            wiring.close();
            throw e;
        }
    }

    private Running build() {
        Stored stored = Stored.open(settings, closing);
        // Before anything collects: what the cache keeps is nobody else's.
        StepCache cache =
                new StepCache(settings.root().resolve("build/cache"), stored.imageStores());
        // Read before anything is made: who runs on keeps its address and ports.
        TaskScan scan = TaskScan.read(settings.run().resolve("c"));
        Networking networking = Networking.open(settings, scan.attachments(), LOG);
        closing.push(networking);
        networking.driver().ifPresent(driver -> driver.namespaces(tasks::network));
        Starting starting =
                Starting.open(settings, features, stored, networking.wiring(), tasks, closing);
        HostLimits host = HostFacts.limits(starting.cgroups().features(), settings.userns());
        ContainerRemoval removal = removal(stored);
        EngineTasks taskService =
                new EngineTasks(
                        new EngineTasks.Parts(
                                stored.containers(), tasks, starting.starter(), removal, events));
        recovery(stored, starting, networking.wiring(), removal, taskService, scan).recover();
        // After the containers: what only half-made ones held is garbage then.
        new StoreRecovery(stored.imageStores(), settings.root())
                .recover()
                .forEach(finding -> LOG.log(Level.WARNING, finding));
        LogWatch watch = new LogWatch();
        closing.push(watch);
        EngineRegistries registries = registries(stored);
        ContainerCreation creation = creation(stored, host);
        EngineContainers containers = containers(stored, removal, creation, host);
        EngineExecs execs = new EngineExecs(stored.containers(), tasks, starting.execs(), events);
        StepContainers steps = new StepContainers(creation, containers, taskService);
        EngineBuilds builds = builds(stored, cache, steps, registries);
        Engine engine =
                new Engine(
                        containers,
                        taskService,
                        new EngineStreams(
                                stored.containers(), tasks, starting.launcher(), watch, events),
                        execs,
                        archives(stored),
                        new EngineExplanations(
                                stored.containers(), execs, starting.execs().plans()),
                        images(stored),
                        transfers(stored),
                        registries,
                        builds,
                        new EngineVolumes(stored.volumes(), log),
                        new EngineNetworks(networking.catalog(), stored.containers()),
                        new EngineEvents(log),
                        system(stored, new Doctor(doctor(stored, starting, networking))),
                        store(stored, fsck(stored, cache, builds, networking), builds, containers),
                        gateway(stored, starting, taskService));
        return new Running(engine, starting.runtime(), this);
    }

    private ContainerRemoval removal(Stored stored) {
        return new ContainerRemoval(
                stored.containers(),
                stored.snapshots(),
                stored.volumes(),
                tasks,
                events,
                gone -> collectAfter(stored, gone));
    }

    private EngineImages images(Stored stored) {
        return new EngineImages(
                stored.images(), stored.snapshots(), stored.collector(), users(stored), log);
    }

    private static ImageUsers users(Stored stored) {
        return () -> HostFacts.uses(stored.containers().views());
    }

    private EngineGateway gateway(Stored stored, Starting starting, EngineTasks tasks) {
        GatewayProgram.Place place =
                new GatewayProgram.Place(
                        settings.home(),
                        settings.root(),
                        settings.run(),
                        settings.gateway().file(),
                        settings.gateway().metrics());
        RuntimeHost host = starting.runtime();
        GatewayProgram program =
                new GatewayProgram(
                        place, host.launcher(), starting.settings().kernel(), host.seccomp());
        GatewaySupervisor supervisor =
                new GatewaySupervisor(
                        new GatewaySupervisor.Parts(
                                settings.gateway(), program, stored.containers(), log),
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
                        stored.imageStores(),
                        stored.containers(),
                        stored.volumes(),
                        cache,
                        builds::strangers,
                        networking.catalog()::list));
    }

    private EngineStore store(
            Stored stored, Fsck fsck, EngineBuilds builds, EngineContainers containers) {
        ImageUsers users = users(stored);
        ImageRemoval removal =
                new ImageRemoval(
                        stored.images(),
                        stored.collector(),
                        users,
                        (action, id) -> HostFacts.tell(log, action, id));
        List<Source> sources =
                List.of(
                        new ImageSource(stored.imageStores(), removal, users, settings.disk()),
                        builds,
                        new ContainerSource(
                                stored.containers(),
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
        closing.push(new StoreUse(stored.containers(), stored.images(), policy, log).start());
        return new EngineStore(settings.root(), fsck, policy);
    }

    // The last container of an image that was removed under it.
    private static void collectAfter(Stored stored, ContainerRecord gone) {
        boolean step = StepContainers.isStep(gone.spec());
        if (!step && stored.images().find(gone.origin().imageId()).isEmpty()) {
            stored.collector().collect();
        }
    }

    private Doctor.Parts doctor(Stored stored, Starting starting, Networking networking) {
        List<Leftovers> leftovers = new ArrayList<>();
        leftovers.add(
                new TaskLeftovers(
                        stored.containers(),
                        tasks,
                        new CgroupSweep(starting.cgroups(), starting.settings().cgroupParent()),
                        starting.settings()));
        leftovers.add(
                new StoreLeftovers(
                        new StoreLeftovers.Parts(
                                settings.root(),
                                settings.run(),
                                stored.containers(),
                                tasks,
                                stored.snapshots(),
                                stored.volumes(),
                                stored.collector())));
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
                        starting.launcher(), tasks, starting.starter(), wiring, starting.cgroups());
        return new Recovery(
                new Recovery.Parts(
                        stored.containers(),
                        stored.snapshots(),
                        stored.volumes(),
                        adoption,
                        starting.launcher(),
                        removal,
                        taskService,
                        scan,
                        new CgroupSweep(starting.cgroups(), starting.settings().cgroupParent()),
                        starting.settings()));
    }

    private EngineTransfers transfers(Stored stored) {
        return new EngineTransfers(stored.imageStores(), log);
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
        Stores stores = stored.imageStores();
        return new EngineRegistries(
                registries,
                new Puller(stores, registries, RegistryLimits.DEFAULT, config.downloads()),
                new Pusher(stores, registries, config.uploads()),
                log);
    }

    private EngineArchives archives(Stored stored) {
        return new EngineArchives(
                new EngineRoots(stored.containers(), tasks, stored.volumes(), events),
                stored.imageStores(),
                log);
    }

    private EngineSystem system(Stored stored, Doctor doctor) {
        return new EngineSystem(
                new EngineSystem.Parts(
                        HostFacts.identity(settings.root()),
                        settings.root(),
                        stored.containers(),
                        stored.images(),
                        stored.snapshots(),
                        stored.volumes(),
                        log,
                        () -> features,
                        doctor,
                        Map.of(
                                "bridge", settings.bridge(),
                                "run", settings.run().toString(),
                                "socket", settings.socket().toString())));
    }

    private ContainerCreation creation(Stored stored, HostLimits host) {
        return new ContainerCreation(
                stored.containers(),
                stored.images(),
                stored.snapshots(),
                stored.volumes(),
                events,
                host);
    }

    private EngineBuilds builds(
            Stored stored, StepCache cache, StepContainers steps, EngineRegistries registries) {
        Path home = settings.root().resolve("build");
        return new EngineBuilds(
                new BuildParts(
                        stored.imageStores(),
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
                        stored.containers(),
                        creation,
                        removal,
                        new ContainerUpdate(stored.containers(), tasks, events, host),
                        tasks,
                        stored.images(),
                        stored.snapshots(),
                        events,
                        log));
    }

    @Override
    public void close() {
        closing.close();
        log.close();
    }
}

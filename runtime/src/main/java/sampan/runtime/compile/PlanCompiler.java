package sampan.runtime.compile;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.oci.spec.ContainerProcess;
import sampan.oci.spec.Hook;
import sampan.oci.spec.Hooks;
import sampan.oci.spec.Mount;
import sampan.oci.spec.Namespace;
import sampan.oci.spec.Spec;
import sampan.runtime.plan.Console;
import sampan.runtime.plan.Flags;
import sampan.runtime.plan.LaunchPlan;
import sampan.runtime.plan.Node;
import sampan.runtime.plan.PlanWriter;
import sampan.runtime.plan.Stage;

/// Makes the plan of a container's first process. This file is the order of things; the parts are
/// next to it.
public final class PlanCompiler {
    private static final Node DOCKER_ENV =
            new Node(Node.REGULAR | 0755, 0, PlanWriter.NONE, PlanWriter.NONE);
    private static final int CWD_MODE = 0755;
    private static final String KEYRING_PREFIX = "_ses.";

    private final Launch launch;
    private final ContainerProcess process;
    private final RootSteps root;
    private final MountSteps mounts;
    private final DeviceSteps devices;
    private final ProcessSteps steps;

    private PlanCompiler(Spec spec, LaunchContext context) {
        this.process =
                spec.process()
                        .orElseThrow(() ->
                                SampanException.invalid("process property must not be empty"));
        if (context.seccomp().isEmpty() && spec.linux().seccomp().isPresent()) {
            throw SampanException.invalid(
                    "linux.seccomp is given, but its compiled filter is not in the context");
        }
        if (spec.linux().intelRdt().isPresent() && context.resctrl().isEmpty()) {
            throw new SampanException(
                    ErrorCode.UNSUPPORTED,
                    "intelRdt is specified in config, but Intel RDT is not supported or enabled");
        }
        this.launch = new Launch(spec, context);
        this.root = new RootSteps(launch);
        this.mounts = new MountSteps(launch);
        this.devices = new DeviceSteps(launch, mounts.ownsDev());
        this.steps = new ProcessSteps(launch.plan, process, context.kernel(), context.seccomp());
        // Only further processes have one, but what is wrong is told at once.
        process.execCPUAffinity().ifPresent(ExecCompiler::checkAffinity);
    }

    /// Compiles.
    ///
    /// @throws SampanException INVALID where the spec contradicts itself or the context,
    ///   UNSUPPORTED where the kernel lacks something
    public static LaunchPlan compile(Spec spec, LaunchContext context) {
        return new PlanCompiler(spec, context).write();
    }

    /// Whether the launch waits in SYNC for the caller: hooks of the runtime's namespaces and
    /// network devices need a process that already has namespaces.
    public static boolean needsSync(Spec spec) {
        return !spec.hooks().prestart().isEmpty()
                || !spec.hooks().createRuntime().isEmpty()
                || !spec.linux().netDevices().isEmpty();
    }

    /// The id maps whose user namespaces the caller must open and name in
    /// [LaunchContext#idMapSlots].
    ///
    /// @param overlay the root is an overlay whose layers belong to root on disk
    public static Set<IdMap> idMaps(Spec spec, boolean overlay) {
        Set<IdMap> maps = new LinkedHashSet<>();
        IdMap own = new IdMap(spec.linux().uidMappings(), spec.linux().gidMappings());
        if (overlay && !own.isEmpty()) {
            maps.add(own);
        }
        boolean joins = !spec.linux().namespace(Namespace.USER).orElse("").isEmpty();
        for (Mount mount : spec.mounts()) {
            if (!mount.uidMappings().isEmpty() && !mount.gidMappings().isEmpty()) {
                maps.add(new IdMap(mount.uidMappings(), mount.gidMappings()));
            } else if (new MountOptions(mount).idMap && !own.isEmpty() && !joins) {
                maps.add(own);
            }
        }
        return maps;
    }

    /// The option words of mounts that plans know, in alphabetical order.
    public static List<String> mountOptions() {
        return MountOptions.known();
    }

    /// The modes of memory policies that plans know.
    public static List<String> memoryModes() {
        return SchedulingSteps.MEMORY_MODES;
    }

    /// The flags of memory policies that plans know, in alphabetical order.
    public static List<String> memoryFlags() {
        return SchedulingSteps.MEMORY_FLAGS.keySet().stream().sorted().toList();
    }

    private LaunchPlan write() {
        launcher();
        parent();
        launch.plan.stage(Stage.CHILD);
        enterNamespaces();
        buildRoot();
        finishRoot();
        becomeProcess();
        return launch.plan.finish();
    }

    private void launcher() {
        LaunchContext context = launch.context;
        new MonitorSteps(launch.plan).write(context.monitor(), context.stdio(), hostUid());
        launch.namespaces.open();
        root.openInLauncher();
        mounts.openSources();
        launch.namespaces.enterInLauncher();
        boolean hooks = launch.has(LaunchOption.RUNTIME_HOOKS) && !createHooks().isEmpty();
        if (hooks) {
            // Where hooks find themselves.
            launch.plan.chdir(context.bundle());
        }
        launch.plan.clone(
                launch.namespaces.cloneFlags(), context.cgroup().slot().orElse(PlanWriter.NONE));
    }

    private List<Hook> createHooks() {
        Hooks hooks = launch.spec.hooks();
        return Stream.of(hooks.prestart(), hooks.createRuntime(), hooks.createContainer())
                .flatMap(List::stream)
                .toList();
    }

    private long hostUid() {
        long uid = process.user().uid();
        return launch.namespaces.hasUser() ? IdMap.host(uid, launch.linux.uidMappings()) : uid;
    }

    private void parent() {
        launch.plan.stage(Stage.PARENT);
        launch.namespaces.writeIdMaps();
        for (String file : launch.context.cgroup().pidFiles()) {
            launch.plan.writePid(PlanWriter.CWD, file);
        }
        for (String file : launch.context.resctrl()) {
            launch.plan.writePid(PlanWriter.CWD, file);
        }
        steps.oomScore(launch.has(LaunchOption.OOM_SCORE_OPTIONAL));
        boolean ownHooks = launch.has(LaunchOption.RUNTIME_HOOKS);
        boolean needed = ownHooks ? !launch.linux.netDevices().isEmpty() : needsSync(launch.spec);
        if (launch.has(LaunchOption.SYNC) || needed) {
            launch.plan.sync();
        }
        if (runtimeHooks()) {
            launch.plan.awaitChild();
            HookSteps hooks = new HookSteps(launch);
            hooks.write("prestart", launch.spec.hooks().prestart(), "creating");
            hooks.write("createRuntime", launch.spec.hooks().createRuntime(), "creating");
        }
    }

    // The launcher runs them itself, once the container's mounts are made.
    private boolean runtimeHooks() {
        return launch.has(LaunchOption.RUNTIME_HOOKS)
                && !(launch.spec.hooks().prestart().isEmpty()
                        && launch.spec.hooks().createRuntime().isEmpty());
    }

    private void enterNamespaces() {
        launch.context.cgroup().slot().ifPresent(launch.plan::close);
        for (String file : launch.context.cgroup().selfFiles()) {
            launch.plan.writeFile(PlanWriter.CWD, file, "0");
        }
        if (launch.has(LaunchOption.ALL_CPUS)) {
            new SchedulingSteps(launch.plan).unbind();
        }
        launch.namespaces.enterInChild();
        if (!launch.has(LaunchOption.NO_NEW_KEYRING)) {
            launch.plan.keyring(KEYRING_PREFIX + launch.context.id());
        }
    }

    private void buildRoot() {
        root.isolate();
        root.attach();
        if (launch.has(LaunchOption.DOCKER_FILES)) {
            dockerFiles();
        }
        mounts.mountAll();
        if (mounts.ownsDev()) {
            devices.make();
            devices.link();
        }
        if (runtimeHooks()) {
            launch.plan.awaitParent();
        }
        new HookSteps(launch)
                .write("createContainer", launch.spec.hooks().createContainer(), "creating");
        launch.context.idMapSlots().values().stream().distinct().forEach(launch.plan::close);
        root.enter();
    }

    // Before all mounts: they belong to the root, not into somebody's volume.
    private void dockerFiles() {
        launch.plan.with(PlanWriter.IGNORE_ERROR);
        launch.plan.mknod(launch.root, DOCKER_ENV, "/.dockerenv");
        launch.plan.with(PlanWriter.IGNORE_ERROR);
        launch.plan.symlink(launch.root, "/proc/mounts", "/etc/mtab");
    }

    private void finishRoot() {
        if (!process.cwd().equals("/")) {
            int cwd = launch.plan.slot();
            launch.plan.purpose("mkdir " + process.cwd());
            launch.plan.ensureDir(cwd, launch.root, CWD_MODE, ContainerPath.clean(process.cwd()));
            launch.plan.close(cwd);
            launch.plan.purpose("");
        }
        console();
        mounts.finishDev();
        root.seal();
        names();
        new SysctlSteps(launch).write();
        protectPaths();
    }

    private void console() {
        boolean terminal =
                switch (launch.context.stdio()) {
                    case Stdio.Terminal _, Stdio.ConsoleSocket _ -> true;
                    case Stdio.Null _, Stdio.Pipes _, Stdio.Inherit _ -> false;
                };
        ProcessSteps.checkTerminal(terminal, process);
        if (terminal) {
            int flags =
                    (launch.namespaces.has(Namespace.MOUNT) ? Flags.CONSOLE_BIND : 0)
                            | (launch.has(LaunchOption.NO_ONLCR) ? Flags.CONSOLE_NO_ONLCR : 0);
            launch.plan.console(
                    launch.root,
                    new Console(
                            process.consoleSize().map(s -> s.height()).orElse(0),
                            process.consoleSize().map(s -> s.width()).orElse(0),
                            process.user().uid(),
                            PlanWriter.NONE,
                            flags));
        } else {
            launch.plan.setsid();
        }
    }

    private void names() {
        boolean uts = launch.namespaces.has(Namespace.UTS);
        if (!launch.spec.hostname().isEmpty()) {
            if (!uts) {
                throw launch.namespaces.needs("set hostname", "UTS");
            }
            launch.plan.hostname(launch.spec.hostname());
        }
        if (!launch.spec.domainname().isEmpty()) {
            if (!uts) {
                throw launch.namespaces.needs("set domainname", "UTS");
            }
            launch.plan.domainname(launch.spec.domainname());
        }
    }

    private void protectPaths() {
        List<String> readonly = launch.linux.readonlyPaths();
        List<String> masked = launch.linux.maskedPaths();
        if ((!readonly.isEmpty() || !masked.isEmpty()) && !launch.namespaces.has(Namespace.MOUNT)) {
            throw launch.namespaces.needs("restrict sys entries", "MNT");
        }
        for (String path : readonly) {
            launch.plan.readonly(launch.root, absolute(path));
        }
        for (String path : masked) {
            launch.plan.mask(launch.root, absolute(path));
        }
    }

    private static String absolute(String path) {
        if (!path.startsWith("/")) {
            throw SampanException.invalid("path \"" + path + "\" is not absolute");
        }
        return path;
    }

    private void becomeProcess() {
        if (!launch.linux.mountLabel().isEmpty()) {
            ProcessSteps.requireSelinux(launch.context.kernel());
        }
        new SchedulingSteps(launch.plan).write(launch.linux);
        launch.plan.close(launch.root);
        steps.attributes(launch.context.limits());
        boolean waits = launch.has(LaunchOption.WAIT_START);
        if (waits || !launch.spec.hooks().startContainer().isEmpty()) {
            steps.find();
        }
        if (waits) {
            launch.plan.waitStart();
        }
        new HookSteps(launch)
                .write("startContainer", launch.spec.hooks().startContainer(), "created");
        if (launch.has(LaunchOption.INIT)) {
            launch.plan.init();
        }
        for (PassedFd passed : launch.context.passedFds()) {
            launch.plan.passFd(passed.slot(), passed.number());
        }
        steps.exec(home());
    }

    private String home() {
        if (ProcessSteps.hasHome(process)) {
            return "";
        }
        return launch.context.view().home(process.user().uid()).orElse("/");
    }
}

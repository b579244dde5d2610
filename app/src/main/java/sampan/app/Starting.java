package sampan.app;

import java.lang.System.Logger.Level;
import sampan.app.runc.CallerCgroups;
import sampan.app.settings.Settings;
import sampan.engine.tasks.CgroupSweep;
import sampan.engine.tasks.DaemonLimits;
import sampan.engine.tasks.ExecStarter;
import sampan.engine.tasks.NetworkWiring;
import sampan.engine.tasks.SpecBuilder;
import sampan.engine.tasks.SystemCallFilters;
import sampan.engine.tasks.TaskLauncher;
import sampan.engine.tasks.TaskSettings;
import sampan.engine.tasks.TaskStarter;
import sampan.engine.tasks.TaskTable;
import sampan.linux.capabilities.CapabilitySet;
import sampan.linux.capabilities.ProcessCapabilities;
import sampan.linux.cgroups.CgroupLayout;
import sampan.linux.kernel.Features;
import sampan.linux.poll.Poller;
import sampan.linux.seccomp.SeccompCompiler;
import sampan.runtime.compile.KernelFeatures;
import sampan.runtime.lifecycle.RuntimeHost;
import sampan.runtime.monitor.Launcher;

/// What starts processes, of containers and of bundles.
record Starting(
        TaskLauncher launcher,
        TaskStarter starter,
        ExecStarter execs,
        CgroupLayout cgroups,
        TaskSettings settings,
        RuntimeHost runtime) {
    private static final System.Logger LOG = System.getLogger("sampan.engine");

    /// @param closing gets what must be closed
    static Starting open(
            Settings settings,
            Features features,
            Stored stored,
            NetworkWiring wiring,
            TaskTable tasks,
            Closing closing) {
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
        RuntimeHost runtime =
                new RuntimeHost(
                        programs,
                        poller,
                        cgroups,
                        CallerCgroups.of((int) ProcessHandle.current().pid()),
                        seccomp,
                        taskSettings.kernel());
        TaskStarter starter =
                new TaskStarter(
                        new TaskStarter.Parts(
                                stored.containers(),
                                stored.snapshots(),
                                stored.volumes(),
                                wiring,
                                cgroups,
                                specs,
                                filters,
                                launcher,
                                tasks,
                                taskSettings));
        ExecStarter execs = new ExecStarter(specs, filters, launcher, taskSettings);
        return new Starting(launcher, starter, execs, cgroups, taskSettings, runtime);
    }
}

package sampan.runtime.compile;

import static sampan.runtime.plan.Flags.*;
import static sampan.runtime.plan.PlanWriter.CWD;
import static sampan.runtime.plan.PlanWriter.NONE;

import sampan.errors.SampanException;
import sampan.oci.spec.ContainerProcess;
import sampan.oci.spec.Linux;
import sampan.runtime.plan.Console;
import sampan.runtime.plan.LaunchPlan;
import sampan.runtime.plan.Opening;
import sampan.runtime.plan.PlanWriter;
import sampan.runtime.plan.Stage;

/// Makes the plan of a process that joins a running container.
///
/// The pid namespace is entered by the launcher, so that its child is born there; all others by the
/// child in one setns(2), which the kernel takes or refuses as a whole.
public final class ExecCompiler {
    private static final String KEYRING_PREFIX = "_ses.";

    private final ContainerProcess process;
    private final Linux container;
    private final ExecContext context;
    private final PlanWriter plan;
    private final ProcessSteps steps;

    private ExecCompiler(ContainerProcess process, Linux container, ExecContext context) {
        this.process = process;
        this.container = container;
        this.context = context;
        this.plan = new PlanWriter(context.fdCount());
        this.steps = new ProcessSteps(plan, process, context.kernel(), context.seccomp());
    }

    /// Compiles.
    ///
    /// @param container what the container was made with: its personality and memory policy hold
    ///   for every process in it, its id maps say who owns the stdio pipes
    public static LaunchPlan compile(
            ContainerProcess process, Linux container, ExecContext context) {
        if (container.seccomp().isPresent() && context.seccomp().isEmpty()) {
            throw SampanException.invalid(
                    "the container has a seccomp profile, but its compiled filter is not in the"
                            + " context");
        }
        return new ExecCompiler(process, container, context).write();
    }

    private LaunchPlan write() {
        launcher();
        parent();
        plan.stage(Stage.CHILD);
        join();
        console();
        new SchedulingSteps(plan).write(container);
        steps.attributes(context.limits());
        if (context.has(LaunchOption.WAIT_START)) {
            plan.waitStart();
        }
        if (context.has(LaunchOption.INIT)) {
            plan.init();
        }
        for (PassedFd passed : context.passedFds()) {
            plan.passFd(passed.slot(), passed.number());
        }
        steps.exec(home());
        return plan.finish();
    }

    private boolean joins(long kind) {
        return (context.namespaces() & kind) != 0;
    }

    private void launcher() {
        new MonitorSteps(plan)
                .write(
                        context.monitor(),
                        context.stdio(),
                        joins(CLONE_NEWUSER)
                                ? IdMap.host(process.user().uid(), container.uidMappings())
                                : process.user().uid());
        if (joins(CLONE_NEWPID)) {
            plan.setns(context.pidfd(), CLONE_NEWPID);
        }
        plan.clone(0, context.cgroup().slot().orElse(NONE));
    }

    private void parent() {
        plan.stage(Stage.PARENT);
        process.execCPUAffinity().ifPresent(cpus -> affinity(cpus.initial()));
        for (String file : context.cgroup().pidFiles()) {
            plan.writePid(CWD, file);
        }
        steps.oomScore(context.has(LaunchOption.OOM_SCORE_OPTIONAL));
        if (context.has(LaunchOption.SYNC)) {
            plan.sync();
        }
    }

    static void checkAffinity(ContainerProcess.CpuAffinity affinity) {
        SchedulingSteps.set(affinity.initial(), "bad CPUAffinity.Initial:");
        SchedulingSteps.set(affinity.last(), "bad CPUAffinity.Final:");
    }

    private void affinity(String cpus) {
        byte[] set = SchedulingSteps.set(cpus, "CPU affinity");
        if (set.length > 0) {
            plan.affinity(set);
        }
    }

    private void join() {
        context.cgroup().slot().ifPresent(plan::close);
        for (String file : context.cgroup().selfFiles()) {
            plan.writeFile(CWD, file, "0");
        }
        if (context.has(LaunchOption.ALL_CPUS)) {
            new SchedulingSteps(plan).unbind();
        }
        process.execCPUAffinity().ifPresent(cpus -> affinity(cpus.last()));
        long kinds = context.namespaces() & ~CLONE_NEWPID;
        if (kinds != 0) {
            plan.setns(context.pidfd(), kinds);
        }
        plan.close(context.pidfd());
        if (joins(CLONE_NEWUSER)) {
            if (!context.has(LaunchOption.ROOTLESS)) {
                plan.setgroups(new byte[0]);
            }
            plan.setgid(0);
            plan.setuid(0);
        }
        if (!context.has(LaunchOption.NO_NEW_KEYRING)) {
            plan.keyring(KEYRING_PREFIX + context.id());
        }
    }

    private void console() {
        boolean terminal =
                switch (context.stdio()) {
                    case Stdio.Terminal _, Stdio.ConsoleSocket _ -> true;
                    case Stdio.Null _, Stdio.Pipes _, Stdio.Inherit _ -> false;
                };
        ProcessSteps.checkTerminal(terminal, process);
        if (!terminal) {
            plan.setsid();
            return;
        }
        int root = plan.slot();
        plan.openat2(root, CWD, Opening.DIRECTORY, "/");
        plan.console(
                root,
                new Console(
                        process.consoleSize().map(s -> s.height()).orElse(0),
                        process.consoleSize().map(s -> s.width()).orElse(0),
                        process.user().uid(),
                        NONE,
                        context.has(LaunchOption.NO_ONLCR) ? CONSOLE_NO_ONLCR : 0));
        plan.close(root);
    }

    private String home() {
        return ProcessSteps.hasHome(process)
                ? ""
                : context.view().home(process.user().uid()).orElse("/");
    }
}

package sampan.engine.tasks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import sampan.engine.containers.ContainerFiles;
import sampan.engine.containers.ContainerRecord;
import sampan.engine.containers.ContainerSpec;
import sampan.engine.containers.ContainerState;
import sampan.engine.containers.SecurityOptions;
import sampan.errors.SampanException;
import sampan.linux.capabilities.CapabilitySet;
import sampan.linux.cgroups.CgroupEntry;
import sampan.linux.process.Pidfd;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;
import sampan.linux.users.Identity;
import sampan.linux.users.UserDatabase;
import sampan.oci.spec.Capabilities;
import sampan.oci.spec.ContainerProcess;
import sampan.oci.spec.IdMapping;
import sampan.oci.spec.Linux;
import sampan.runtime.compile.CgroupPlacement;
import sampan.runtime.compile.ExecCompiler;
import sampan.runtime.compile.ExecContext;
import sampan.runtime.compile.JoinedNamespaces;
import sampan.runtime.compile.LaunchOption;
import sampan.runtime.compile.MonitorSettings;
import sampan.runtime.compile.RootView;
import sampan.runtime.compile.Stdio;
import sampan.runtime.monitor.AttachClient;
import sampan.runtime.monitor.ExitRecord;
import sampan.runtime.monitor.LaunchWait;
import sampan.runtime.monitor.Monitor;
import sampan.runtime.plan.LaunchPlan;

/// Starts further processes in running containers, each under a monitor of its own.
public final class ExecStarter {
    private final SpecBuilder specs;
    private final SystemCallFilters filters;
    private final TaskLauncher launcher;
    private final TaskSettings settings;
    private final ExecPlans plans = new ExecPlans();

    public ExecStarter(
            SpecBuilder specs,
            SystemCallFilters filters,
            TaskLauncher launcher,
            TaskSettings settings) {
        this.specs = specs;
        this.filters = filters;
        this.launcher = launcher;
        this.settings = settings;
    }

    /// What was launched last.
    public ExecPlans plans() {
        return plans;
    }

    /// Starts it; its program runs when this returns. [StartFailure] when it could not be run.
    ///
    /// @param id names its directory
    public ExecRun start(Task task, String id, ExecRun.Wanted process, ExecRun.Audience audience) {
        StepClock clock = settings.clock("exec", task.handle().id().value());
        ExecRun run = new ExecRun(directory(id));
        LaunchWait wait =
                new LaunchWait(
                        exit -> ended(run, Optional.of(exit)),
                        () -> ended(run, Optional.empty()),
                        audience instanceof ExecRun.Audience.Own(TaskStarter.Client client)
                                ? client.detached()
                                : _ -> {},
                        _ -> {});
        try (Compiled compiled = compile(task, process, audience, run)) {
            clock.did("compile");
            Monitor monitor = launcher.launch(compiled.plan(), compiled.descriptors(), wait);
            run.monitoredBy(monitor);
            clock.did("spawn");
            plans.keep(id, compiled.plan(), task.cgroup().path());
            if (audience instanceof ExecRun.Audience.Socket socket && wait.awaitCreated()) {
                run.connected(
                        launcher.attach(
                                run.directory(),
                                new AttachClient.Wish(
                                        process.stdin(),
                                        socket.stdout(),
                                        socket.stderr() && !process.tty(),
                                        process.tty(),
                                        "")));
                monitor.go();
                clock.did("attach");
            }
            switch (wait.awaitOutcome()) {
                case LaunchWait.Outcome.Started(int pid, var _) -> run.runs(pid);
                case LaunchWait.Outcome.Failed(var failure) -> {
                    plans.failed(id, failure);
                    throw StartFailure.ofExec(
                            failure,
                            compiled.plan().purpose(failure.step()),
                            process.command().getFirst());
                }
                case LaunchWait.Outcome.Lost() -> throw StartFailure.lost();
            }
            clock.did("run");
            clock.tell(settings.clock());
            return run;
        } catch (RuntimeException e) {
            undo(run);
            throw e;
        }
    }

    /// Refuses a user whom the container does not know, before anything is made for it.
    public void check(Task task, String user) {
        if (!user.isEmpty()) {
            try (Fd root = root(task)) {
                var _ = UserDatabase.inRoot(root).resolve(user);
            }
        }
    }

    private static void ended(ExecRun run, Optional<ExitRecord> exit) {
        Thread.ofVirtual()
                .name("exec end")
                .start(() -> {
                    run.release();
                    ContainerFiles.deleteTree(run.directory());
                    run.ended().complete(exit);
                });
    }

    private static void undo(ExecRun run) {
        run.client()
                .ifPresent(client -> {
                    try {
                        client.close();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
        run.release();
        ContainerFiles.deleteTree(run.directory());
    }

    private Path directory(String id) {
        Path directory = settings.execs().resolve(id.substring(0, 12));
        try {
            return Files.createDirectory(
                    directory,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
        } catch (IOException e) {
            throw new UncheckedIOException(directory.toString(), e);
        }
    }

    /// A plan with its descriptors; what of them is this object's it closes.
    private record Compiled(LaunchPlan plan, List<Fd> descriptors, Pidfd pidfd, CgroupEntry entry)
            implements AutoCloseable {
        @Override
        public void close() {
            pidfd.close();
            entry.close();
        }
    }

    private Compiled compile(
            Task task, ExecRun.Wanted process, ExecRun.Audience audience, ExecRun run) {
        Pidfd pidfd =
                Pidfd.openIfExists(task.pid())
                        .orElseThrow(() -> ContainerState.notRunning(task.handle().id()));
        CgroupEntry entry = task.cgroup().beside(task.pid()).entry();
        try (Fd root = root(task)) {
            List<Fd> descriptors = new ArrayList<>(List.of(pidfd.fd()));
            ContainerSpec container = task.handle().record().spec();
            CapabilitySet capabilities = specs.capabilities(container, process.privileged());
            ExecContext.Builder context =
                    ExecContext.builder(
                                    task.handle().id().value(), 0, JoinedNamespaces.of(task.pid()))
                            .stdio(stdio(process, audience))
                            .monitor(monitor(audience, run, descriptors))
                            .kernel(settings.kernel())
                            .limits(SpecBuilder.ceiling(settings.ceiling(), container.resources()))
                            .view(RootView.of(root));
            filters.filter(container, capabilities).ifPresent(context::seccomp);
            if (audience instanceof ExecRun.Audience.Socket) {
                context.with(LaunchOption.SYNC);
            }
            context.cgroup(placement(entry, descriptors));
            LaunchPlan plan =
                    ExecCompiler.compile(
                            process(task.handle().record(), process, capabilities, root),
                            linux(container),
                            context.fdCount(descriptors.size()).build());
            return new Compiled(plan, List.copyOf(descriptors), pidfd, entry);
        } catch (RuntimeException e) {
            pidfd.close();
            entry.close();
            throw e;
        }
    }

    private static Fd root(Task task) {
        return Fd.open("/proc/" + task.pid() + "/root", Open.PATH | Open.DIRECTORY);
    }

    private static CgroupPlacement placement(CgroupEntry entry, List<Fd> descriptors) {
        OptionalInt slot = OptionalInt.empty();
        if (entry.directory().isPresent()) {
            descriptors.add(entry.directory().get());
            slot = OptionalInt.of(descriptors.size() - 1);
        }
        return new CgroupPlacement(
                entry.selfFiles(), List.of(), slot, new CgroupPlacement.View.None());
    }

    private static Stdio stdio(ExecRun.Wanted process, ExecRun.Audience audience) {
        if (process.tty()) {
            return new Stdio.Terminal(process.stdin(), true);
        }
        return switch (audience) {
            case ExecRun.Audience.Nobody() -> new Stdio.Null();
            case ExecRun.Audience.Socket _, ExecRun.Audience.Own _ ->
                    new Stdio.Pipes(process.stdin(), true);
        };
    }

    private static MonitorSettings monitor(
            ExecRun.Audience audience, ExecRun run, List<Fd> descriptors) {
        MonitorSettings monitor = MonitorSettings.in(run.directory().toString());
        return audience instanceof ExecRun.Audience.Own(TaskStarter.Client client)
                ? monitor.withClient(LaunchCompiler.client(client, descriptors))
                : monitor;
    }

    private ContainerProcess process(
            ContainerRecord record, ExecRun.Wanted wanted, CapabilitySet capabilities, Fd root) {
        ContainerSpec container = record.spec();
        UserDatabase users = UserDatabase.inRoot(root);
        Identity who =
                users.resolve(wanted.user().isEmpty() ? container.process().user() : wanted.user());
        List<String> own = new ArrayList<>(container.process().env());
        own.addAll(wanted.env());
        String hostname = container.namespaces().hostname();
        List<String> environment =
                Environment.withHome(
                        Environment.ofContainer(
                                hostname.isEmpty() ? record.id().brief() : hostname,
                                wanted.tty(),
                                own),
                        who.home());
        ContainerProcess.Builder process =
                ContainerProcess.builder(wanted.command())
                        .terminal(wanted.tty())
                        .user(LaunchPlaces.user(who, container.security().groupAdd(), users))
                        .env(environment)
                        .cwd(directory(container, wanted))
                        .capabilities(Capabilities.of(capabilities.names()))
                        .rlimits(SpecBuilder.rlimits(container.resources()))
                        .noNewPrivileges(
                                SecurityOptions.parse(container.security()).noNewPrivileges());
        if (wanted.tty() && wanted.rows() > 0 && wanted.columns() > 0) {
            process.consoleSize(wanted.rows(), wanted.columns());
        }
        if (container.resources().oomScoreAdj() != 0) {
            process.oomScoreAdj(container.resources().oomScoreAdj());
        }
        return process.build();
    }

    private static String directory(ContainerSpec container, ExecRun.Wanted wanted) {
        if (!wanted.workingDir().isEmpty()) {
            if (!wanted.workingDir().startsWith("/")) {
                throw SampanException.invalid(
                        "exec failed: cwd must be an absolute path: " + wanted.workingDir());
            }
            return wanted.workingDir();
        }
        String own = container.process().workingDir();
        return own.isEmpty() ? "/" : own;
    }

    private static Linux linux(ContainerSpec container) {
        List<IdMapping> maps = UserNamespaces.mappings(container.namespaces().userns());
        return Linux.builder().uidMappings(maps).gidMappings(maps).build();
    }
}

package sampan.app.cli.namespaces;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sampan.app.cli.CommandContext;
import sampan.app.cli.usage.UsageException;
import sampan.app.session.BecomeStep;
import sampan.linux.namespaces.NamespaceId;
import sampan.linux.namespaces.NamespaceKind;
import sampan.linux.namespaces.Namespaces;
import sampan.linux.process.Pidfd;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;

/// `sampan ns enter`: as nsenter(1). The client itself joins, with its caller's rights, and becomes
/// the program: terminal, job control and exit status are the shell's as ever.
@Command(description = "Run a program in the namespaces of a container or process, as nsenter does")
public final class NsEnterCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(
            names = {"-t", "--target"},
            required = true,
            description = "Container or pid")
    private String target = "";

    @Option(
            names = {"-a", "--all"},
            description = "Enter all namespaces")
    private boolean all;

    @Option(
            names = {"-m", "--mount"},
            description = "Enter the mount namespace")
    private boolean mount;

    @Option(
            names = {"-u", "--uts"},
            description = "Enter the UTS namespace")
    private boolean uts;

    @Option(
            names = {"-i", "--ipc"},
            description = "Enter the IPC namespace")
    private boolean ipc;

    @Option(
            names = {"-n", "--net"},
            description = "Enter the network namespace")
    private boolean net;

    @Option(
            names = {"-p", "--pid"},
            description = "Enter the PID namespace")
    private boolean pid;

    @Option(
            names = {"-C", "--cgroup"},
            description = "Enter the cgroup namespace")
    private boolean cgroup;

    @Option(
            names = {"-U", "--user"},
            description = "Enter the user namespace")
    private boolean user;

    @Option(
            names = {"-T", "--time"},
            description = "Enter the time namespace")
    private boolean time;

    @Option(
            names = {"-S", "--setuid"},
            description = "Set the uid")
    private Optional<Integer> uid = Optional.empty();

    @Option(
            names = {"-G", "--setgid"},
            description = "Set the gid")
    private Optional<Integer> gid = Optional.empty();

    @Option(names = "--preserve-credentials", description = "Do not touch uid and gid")
    private boolean preserve;

    @Option(
            names = {"-r", "--root"},
            description = "Set the root directory to the target's")
    private boolean root;

    @Option(
            names = {"-w", "--wd"},
            description = "Set the working directory to the target's")
    private boolean workingDirectory;

    @Option(
            names = {"-W", "--wdns"},
            description = "Set the working directory in the namespace")
    private String directory = "";

    @Option(
            names = {"-F", "--no-fork"},
            description = "Do not fork before running the program")
    private boolean noFork;

    @Parameters(arity = "0..*", paramLabel = "PROGRAM", description = "Program and its arguments")
    private List<String> program = new ArrayList<>();

    public NsEnterCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        int process = Subject.pid(context, target);
        try (Pidfd pidfd = Pidfd.open(process)) {
            List<Fd> opened = new ArrayList<>();
            try {
                context.caller().become(steps(process, pidfd, opened));
            } finally {
                opened.forEach(Fd::close);
            }
        }
        return 0;
    }

    private List<BecomeStep> steps(int process, Pidfd pidfd, List<Fd> opened) {
        List<BecomeStep> steps = new ArrayList<>();
        Optional<Fd> rootFd = Optional.empty();
        if (root || (all && !mount)) {
            rootFd =
                    root
                            ? Optional.of(keep(opened, "/proc/" + process + "/root"))
                            : Optional.empty();
        }
        Optional<Fd> directoryFd =
                workingDirectory
                        ? Optional.of(keep(opened, "/proc/" + process + "/cwd"))
                        : Optional.empty();
        boolean joinsUser = wants(user, NamespaceKind.USER, process);
        long kinds = kinds(process);
        if (kinds != 0) {
            steps.add(new BecomeStep.JoinNamespaces(pidfd.fd(), kinds));
        }
        rootFd.ifPresent(fd -> steps.add(new BecomeStep.ChangeRoot(fd)));
        directoryFd.ifPresent(fd -> steps.add(new BecomeStep.EnterDirectory(fd)));
        if (!directory.isEmpty()) {
            steps.add(new BecomeStep.ChangeDirectory(directory));
        }
        if ((pid || all) && !noFork) {
            steps.add(new BecomeStep.Fork());
        }
        if (gid.isPresent() || (joinsUser && !preserve)) {
            steps.add(new BecomeStep.SetGid(gid.orElse(0)));
        }
        if (uid.isPresent() || (joinsUser && !preserve)) {
            steps.add(new BecomeStep.SetUid(uid.orElse(0)));
        }
        steps.add(new BecomeStep.Execute(program.isEmpty() ? List.of(shell()) : program));
        return steps;
    }

    private static Fd keep(List<Fd> opened, String path) {
        Fd fd = Fd.open(path, Open.RDONLY | Open.DIRECTORY);
        opened.add(fd);
        return fd;
    }

    private long kinds(int process) {
        long flags = 0;
        flags |= flag(mount, NamespaceKind.MNT, process);
        flags |= flag(uts, NamespaceKind.UTS, process);
        flags |= flag(ipc, NamespaceKind.IPC, process);
        flags |= flag(net, NamespaceKind.NET, process);
        flags |= flag(pid, NamespaceKind.PID, process);
        flags |= flag(cgroup, NamespaceKind.CGROUP, process);
        flags |= flag(user, NamespaceKind.USER, process);
        flags |= flag(time, NamespaceKind.TIME, process);
        return flags;
    }

    private long flag(boolean asked, NamespaceKind kind, int process) {
        return wants(asked, kind, process) ? kind.flag() : 0;
    }

    /// With `--all`, what is the same as the caller's is left alone: the kernel refuses to join a
    /// user namespace that one is in.
    private boolean wants(boolean asked, NamespaceKind kind, int process) {
        if (asked) {
            return true;
        }
        if (!all) {
            return false;
        }
        NamespaceId theirs = Namespaces.of(process).get(kind);
        NamespaceId own = Namespaces.of(context.caller().pid()).get(kind);
        return theirs != null && !theirs.equals(own);
    }

    private String shell() {
        String shell = context.caller().environment().getOrDefault("SHELL", "/bin/sh");
        if (shell.isEmpty()) {
            throw new UsageException("SHELL is empty: name a program");
        }
        return shell;
    }
}

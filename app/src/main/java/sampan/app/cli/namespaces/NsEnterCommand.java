package sampan.app.cli.namespaces;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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
    private static final int DIRECTORY = Open.RDONLY | Open.DIRECTORY;

    private final CommandContext context;

    @Option(
            names = {"-t", "--target"},
            description = "Container or pid")
    private String target = "";

    @Option(
            names = {"-a", "--all"},
            description = "Enter all namespaces")
    private boolean all;

    @Mixin private KindOptions kinds = new KindOptions();

    @Option(
            names = {"-S", "--setuid"},
            description = "Set the uid in the entered namespace")
    private int uid = -1;

    @Option(
            names = {"-G", "--setgid"},
            description = "Set the gid in the entered namespace")
    private int gid = -1;

    @Option(names = "--preserve-credentials", description = "Do not touch uid and gid")
    private boolean preserve;

    @Option(
            names = {"-r", "--root"},
            arity = "0..1",
            preprocessor = OptionalFile.class,
            description = "Set the root directory to the target's, or to DIR [=DIR]")
    private String root = OptionalFile.ABSENT;

    @Option(
            names = {"-w", "--wd"},
            arity = "0..1",
            preprocessor = OptionalFile.class,
            description = "Set the working directory to the target's, or to DIR [=DIR]")
    private String workingDirectory = OptionalFile.ABSENT;

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
        List<Fd> opened = new ArrayList<>();
        try {
            context.caller().become(steps(opened));
        } finally {
            opened.forEach(Fd::close);
        }
        return 0;
    }

    private List<BecomeStep> steps(List<Fd> opened) {
        Map<NamespaceKind, String> named = kinds.named();
        int process = target.isEmpty() ? 0 : Subject.pid(context, target);
        Set<NamespaceKind> ofTarget = ofTarget(named, process);
        Optional<Fd> rootFd = directory("root", root, process, opened);
        Optional<Fd> directoryFd = directory("cwd", workingDirectory, process, opened);
        List<BecomeStep> steps = new ArrayList<>(joins(named, ofTarget, process, opened));
        boolean mounts =
                ofTarget.contains(NamespaceKind.MNT) || named.containsKey(NamespaceKind.MNT);
        if (rootFd.isPresent() && directoryFd.isEmpty() && this.directory.isEmpty() && !mounts) {
            // As nsenter: the working directory stays, even outside of the new root.
            directoryFd = Optional.of(keep(opened, context.caller().open(".", DIRECTORY, 0)));
        }
        rootFd.ifPresent(fd -> steps.add(new BecomeStep.ChangeRoot(fd)));
        directoryFd.ifPresent(fd -> steps.add(new BecomeStep.EnterDirectory(fd)));
        if (!this.directory.isEmpty()) {
            steps.add(new BecomeStep.ChangeDirectory(this.directory));
        }
        boolean pids = ofTarget.contains(NamespaceKind.PID) || named.containsKey(NamespaceKind.PID);
        if (pids && !noFork) {
            steps.add(new BecomeStep.Fork());
        }
        boolean users =
                ofTarget.contains(NamespaceKind.USER) || named.containsKey(NamespaceKind.USER);
        if (gid >= 0 || (users && !preserve)) {
            steps.add(new BecomeStep.SetGid(Math.max(0, gid)));
        }
        if (uid >= 0 || (users && !preserve)) {
            steps.add(new BecomeStep.SetUid(Math.max(0, uid)));
        }
        steps.add(new BecomeStep.Execute(program.isEmpty() ? List.of(shell()) : program));
        return steps;
    }

    /// The kinds that are entered by the target. With `--all`, a user namespace that is the
    /// caller's own is left alone: the kernel refuses to enter it again.
    private Set<NamespaceKind> ofTarget(Map<NamespaceKind, String> named, int process) {
        Set<NamespaceKind> entered = EnumSet.noneOf(NamespaceKind.class);
        named.forEach((kind, file) -> {
            if (file.isEmpty()) {
                entered.add(kind);
            }
        });
        boolean links = root.isEmpty() || workingDirectory.isEmpty();
        if (process == 0 && (all || links || !entered.isEmpty())) {
            throw new UsageException("no target specified: give --target CONTAINER or pid");
        }
        if (all) {
            Map<NamespaceKind, NamespaceId> theirs = Namespaces.of(process);
            Map<NamespaceKind, NamespaceId> mine = Namespaces.of(context.caller().pid());
            theirs.forEach((kind, id) -> {
                boolean same = id.equals(mine.get(kind));
                if (!named.containsKey(kind) && !(kind == NamespaceKind.USER && same)) {
                    entered.add(kind);
                }
            });
        }
        return entered;
    }

    /// Root gives its rights away last, anybody else gains them first.
    private List<BecomeStep> joins(
            Map<NamespaceKind, String> named,
            Set<NamespaceKind> ofTarget,
            int process,
            List<Fd> opened) {
        List<BecomeStep> joins = new ArrayList<>();
        List<BecomeStep> users = new ArrayList<>();
        if (!ofTarget.isEmpty()) {
            long flags = 0;
            for (NamespaceKind kind : ofTarget) {
                flags |= kind.flag();
            }
            Fd pidfd;
            try (Pidfd found = Pidfd.open(process)) {
                pidfd = keep(opened, found.fd().duplicate());
            }
            joins.add(new BecomeStep.JoinNamespaces(pidfd, flags));
        }
        named.forEach((kind, file) -> {
            if (!file.isEmpty()) {
                Fd fd = keep(opened, context.caller().open(file, Open.RDONLY, 0));
                (kind == NamespaceKind.USER ? users : joins)
                        .add(new BecomeStep.JoinNamespaces(fd, kind.flag()));
            }
        });
        joins.addAll(context.caller().uid() == 0 ? joins.size() : 0, users);
        return joins;
    }

    private Optional<Fd> directory(String link, String value, int process, List<Fd> opened) {
        if (!OptionalFile.given(value)) {
            return Optional.empty();
        }
        return Optional.of(
                keep(
                        opened,
                        value.isEmpty()
                                ? Fd.open("/proc/" + process + "/" + link, DIRECTORY)
                                : context.caller().open(value, DIRECTORY, 0)));
    }

    private static Fd keep(List<Fd> opened, Fd fd) {
        opened.add(fd);
        return fd;
    }

    private String shell() {
        return Shell.of(context);
    }
}

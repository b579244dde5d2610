package sampan.app.cli.namespaces;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sampan.app.cli.CommandContext;
import sampan.app.cli.usage.UsageException;
import sampan.app.session.BecomeStep;
import sampan.linux.namespaces.NamespaceKind;
import sampan.linux.process.Signals;

/// `sampan ns unshare`: as unshare(1). The client itself leaves its namespaces and becomes the
/// program.
@Command(description = "Run a program with some namespaces of its own, as unshare does")
public final class NsUnshareCommand implements Callable<Integer> {
    private static final long MS_BIND = 0x1000;
    private static final long MS_REC = 0x4000;
    private static final long MS_PRIVATE = 1L << 18;
    private static final long MS_NOSUID_NODEV_NOEXEC = 2 | 4 | 8;

    private final CommandContext context;

    @Mixin private KindOptions kinds = new KindOptions();

    @Mixin private IdMapOptions ids = new IdMapOptions();

    @Option(
            names = {"-f", "--fork"},
            description = "Fork before running the program")
    private boolean fork;

    @Option(
            names = "--kill-child",
            arity = "0..1",
            preprocessor = OptionalFile.class,
            description = "When dying, kill the forked child (implies --fork) [=SIGNAL]")
    private String killChild = OptionalFile.ABSENT;

    @Option(
            names = "--mount-proc",
            arity = "0..1",
            preprocessor = OptionalFile.class,
            description = "Mount proc first, on /proc or DIR (implies --mount) [=DIR]")
    private String mountProc = OptionalFile.ABSENT;

    @Option(names = "--propagation", description = "slave, shared, private or unchanged")
    private String propagation = "private";

    @Option(names = "--keep-caps", description = "Retain capabilities of a new user namespace")
    private boolean keepCapabilities;

    @Option(
            names = {"-R", "--root"},
            description = "Run the program with this root directory")
    private String root = "";

    @Option(
            names = {"-w", "--wd"},
            description = "Change the working directory")
    private String directory = "";

    @Option(
            names = {"-S", "--setuid"},
            description = "Set the uid in the new namespace")
    private int uid = -1;

    @Option(
            names = {"-G", "--setgid"},
            description = "Set the gid in the new namespace")
    private int gid = -1;

    @Option(names = "--monotonic", description = "Offset of the monotonic clock, seconds")
    private long monotonic;

    @Option(names = "--boottime", description = "Offset of the boot-time clock, seconds")
    private long boottime;

    @Parameters(arity = "0..*", paramLabel = "PROGRAM", description = "Program and its arguments")
    private List<String> program = new ArrayList<>();

    public NsUnshareCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        context.caller().become(steps());
        return 0;
    }

    private List<BecomeStep> steps() {
        Map<NamespaceKind, String> named = kinds.named();
        boolean proc = OptionalFile.given(mountProc);
        if (proc) {
            named.putIfAbsent(NamespaceKind.MNT, "");
        }
        if (ids.any()) {
            named.putIfAbsent(NamespaceKind.USER, "");
        }
        if ((monotonic != 0 || boottime != 0) && !named.containsKey(NamespaceKind.TIME)) {
            throw new UsageException(
                    "options --monotonic and --boottime require unsharing of a time namespace (-T)");
        }
        List<BecomeStep> steps = new ArrayList<>();
        long flags = named.keySet().stream().mapToLong(NamespaceKind::flag).sum();
        steps.add(ids.unshare(flags));
        offsets(steps);
        persist(named, steps);
        if (fork || OptionalFile.given(killChild)) {
            steps.add(new BecomeStep.Fork());
        }
        if (OptionalFile.given(killChild)) {
            steps.add(new BecomeStep.DieWithParent(signal()));
        }
        ids.write(context.caller(), named.containsKey(NamespaceKind.USER), steps);
        mounts(named.containsKey(NamespaceKind.MNT), proc, steps);
        if (gid >= 0) {
            steps.add(new BecomeStep.SetGid(gid));
        }
        if (uid >= 0) {
            steps.add(new BecomeStep.SetUid(uid));
        }
        if (keepCapabilities && named.containsKey(NamespaceKind.USER)) {
            steps.add(new BecomeStep.KeepCapabilities());
        }
        steps.add(new BecomeStep.Execute(program.isEmpty() ? List.of(Shell.of(context)) : program));
        return steps;
    }

    private int signal() {
        return killChild.isEmpty() ? Signals.KILL : Signals.number(killChild);
    }

    private void offsets(List<BecomeStep> steps) {
        if (monotonic != 0) {
            steps.add(
                    new BecomeStep.WriteFile(
                            "/proc/self/timens_offsets", "monotonic " + monotonic + " 0\n"));
        }
        if (boottime != 0) {
            steps.add(
                    new BecomeStep.WriteFile(
                            "/proc/self/timens_offsets", "boottime " + boottime + " 0\n"));
        }
    }

    /// Binds new namespaces to the files that were named, so that they outlive the program.
    private static void persist(Map<NamespaceKind, String> named, List<BecomeStep> steps) {
        named.forEach((kind, file) -> {
            if (file.isEmpty()) {
                return;
            }
            boolean early =
                    kind == NamespaceKind.MNT
                            || kind == NamespaceKind.PID
                            || kind == NamespaceKind.TIME;
            if (early || named.containsKey(NamespaceKind.MNT)) {
                throw new UsageException(
                        "--"
                                + (kind == NamespaceKind.MNT ? "mount" : kind.procName())
                                + "="
                                + file
                                + ": a mount, pid or time namespace, or any together with a new"
                                + " mount namespace, cannot be bound to a file here:"
                                + " use unshare(1)");
            }
            steps.add(
                    new BecomeStep.Mount(
                            "/proc/self/ns/" + kind.procName(), file, "none", MS_BIND));
        });
    }

    private void mounts(boolean own, boolean proc, List<BecomeStep> steps) {
        if (own && !propagation.equals("unchanged")) {
            steps.add(new BecomeStep.Mount("none", "/", "", MS_REC | propagationFlag()));
        }
        if (!root.isEmpty()) {
            steps.add(new BecomeStep.ChangeDirectory(root));
            steps.add(new BecomeStep.ChangeRootHere());
        }
        if (!directory.isEmpty()) {
            steps.add(new BecomeStep.ChangeDirectory(directory));
        }
        if (proc) {
            String where = mountProc.isEmpty() ? "/proc" : mountProc;
            if (root.isEmpty() && !propagation.equals("private")) {
                steps.add(new BecomeStep.Mount("none", where, "", MS_REC | MS_PRIVATE));
            }
            steps.add(new BecomeStep.Mount("proc", where, "proc", MS_NOSUID_NODEV_NOEXEC));
        }
    }

    private long propagationFlag() {
        return switch (propagation) {
            case "private" -> MS_PRIVATE;
            case "slave" -> 1L << 19;
            case "shared" -> 1L << 20;
            default ->
                    throw new UsageException(
                            "unsupported propagation mode: "
                                    + propagation
                                    + ": give slave, shared, private or unchanged");
        };
    }
}

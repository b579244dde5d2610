package sampan.app.cli.namespaces;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sampan.app.cli.CommandContext;
import sampan.app.cli.usage.UsageException;
import sampan.app.session.BecomeStep;
import sampan.linux.namespaces.NamespaceKind;

/// `sampan ns unshare`: as unshare(1). The client itself leaves its namespaces and becomes the
/// program.
@Command(description = "Run a program with some namespaces of its own, as unshare does")
public final class NsUnshareCommand implements Callable<Integer> {
    private static final long MS_REC = 0x4000;
    private static final long MS_NOSUID_NODEV_NOEXEC = 2 | 4 | 8;

    private final CommandContext context;

    @Option(
            names = {"-m", "--mount"},
            description = "Unshare the mount namespace")
    private boolean mount;

    @Option(
            names = {"-u", "--uts"},
            description = "Unshare the UTS namespace")
    private boolean uts;

    @Option(
            names = {"-i", "--ipc"},
            description = "Unshare the IPC namespace")
    private boolean ipc;

    @Option(
            names = {"-n", "--net"},
            description = "Unshare the network namespace")
    private boolean net;

    @Option(
            names = {"-p", "--pid"},
            description = "Unshare the PID namespace")
    private boolean pid;

    @Option(
            names = {"-U", "--user"},
            description = "Unshare the user namespace")
    private boolean user;

    @Option(
            names = {"-C", "--cgroup"},
            description = "Unshare the cgroup namespace")
    private boolean cgroup;

    @Option(
            names = {"-T", "--time"},
            description = "Unshare the time namespace")
    private boolean time;

    @Option(
            names = {"-f", "--fork"},
            description = "Fork before running the program")
    private boolean fork;

    @Option(
            names = {"-r", "--map-root-user"},
            description = "Be root in a new user namespace")
    private boolean mapRoot;

    @Option(
            names = {"-c", "--map-current-user"},
            description = "Be oneself in a new user namespace")
    private boolean mapCurrent;

    @Option(names = "--mount-proc", description = "Mount proc first (implies --mount)")
    private boolean mountProc;

    @Option(names = "--propagation", description = "slave, shared, private or unchanged")
    private String propagation = "private";

    @Option(
            names = {"-S", "--setuid"},
            description = "Set the uid")
    private int uid = -1;

    @Option(
            names = {"-G", "--setgid"},
            description = "Set the gid")
    private int gid = -1;

    @Option(
            names = {"-w", "--wd"},
            description = "Change the working directory")
    private String directory = "";

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
        boolean ownMounts = mount || mountProc;
        boolean mapped = mapRoot || mapCurrent;
        List<BecomeStep> steps = new ArrayList<>();
        steps.add(new BecomeStep.Unshare(flags(ownMounts, user || mapped)));
        if (mapped) {
            int inside = mapRoot ? 0 : context.caller().uid();
            int group = mapRoot ? 0 : context.caller().gid();
            steps.add(new BecomeStep.WriteFile("/proc/self/setgroups", "deny"));
            steps.add(
                    new BecomeStep.WriteFile(
                            "/proc/self/uid_map", inside + " " + context.caller().uid() + " 1"));
            steps.add(
                    new BecomeStep.WriteFile(
                            "/proc/self/gid_map", group + " " + context.caller().gid() + " 1"));
        }
        if (time && monotonic != 0) {
            steps.add(
                    new BecomeStep.WriteFile(
                            "/proc/self/timens_offsets", "monotonic " + monotonic + " 0\n"));
        }
        if (time && boottime != 0) {
            steps.add(
                    new BecomeStep.WriteFile(
                            "/proc/self/timens_offsets", "boottime " + boottime + " 0\n"));
        }
        if (fork) {
            steps.add(new BecomeStep.Fork());
        }
        if (ownMounts && !propagation.equals("unchanged")) {
            steps.add(new BecomeStep.Mount("none", "/", "", MS_REC | propagationFlag()));
        }
        if (mountProc) {
            steps.add(new BecomeStep.Mount("proc", "/proc", "proc", MS_NOSUID_NODEV_NOEXEC));
        }
        if (!directory.isEmpty()) {
            steps.add(new BecomeStep.ChangeDirectory(directory));
        }
        if (gid >= 0) {
            steps.add(new BecomeStep.SetGid(gid));
        }
        if (uid >= 0) {
            steps.add(new BecomeStep.SetUid(uid));
        }
        String shell = context.caller().environment().getOrDefault("SHELL", "/bin/sh");
        steps.add(new BecomeStep.Execute(program.isEmpty() ? List.of(shell) : program));
        return steps;
    }

    private long propagationFlag() {
        return switch (propagation) {
            case "private" -> 1L << 18;
            case "slave" -> 1L << 19;
            case "shared" -> 1L << 20;
            default ->
                    throw new UsageException(
                            "unsupported propagation mode: "
                                    + propagation
                                    + ": give slave, shared, private or unchanged");
        };
    }

    private long flags(boolean ownMounts, boolean ownUser) {
        long flags = 0;
        flags |= ownMounts ? NamespaceKind.MNT.flag() : 0;
        flags |= uts ? NamespaceKind.UTS.flag() : 0;
        flags |= ipc ? NamespaceKind.IPC.flag() : 0;
        flags |= net ? NamespaceKind.NET.flag() : 0;
        flags |= pid ? NamespaceKind.PID.flag() : 0;
        flags |= ownUser ? NamespaceKind.USER.flag() : 0;
        flags |= cgroup ? NamespaceKind.CGROUP.flag() : 0;
        flags |= time ? NamespaceKind.TIME.flag() : 0;
        return flags;
    }
}

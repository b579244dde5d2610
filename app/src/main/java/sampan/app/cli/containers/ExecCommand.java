package sampan.app.cli.containers;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sampan.app.cli.CommandContext;
import sampan.app.cli.ExitException;
import sampan.app.session.Caller;
import sampan.engine.services.Engine;
import sampan.engine.services.ExecService.ExecSpec;
import sampan.engine.services.StreamService.AttachSession;
import sampan.linux.files.FileIo;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;

/// `sampan exec`.
@Command(description = "Execute a command in a running container")
public final class ExecCommand implements Callable<Integer> {
    private static final int FILE_BYTES_MAX = 1 << 20;

    private final CommandContext context;

    @Option(
            names = {"-d", "--detach"},
            description = "Run the command in the background")
    private boolean detach;

    @Option(names = "--detach-keys", description = "Key sequence that detaches")
    private String detachKeys = "";

    @Option(
            names = {"-e", "--env"},
            description = "Set an environment variable")
    private List<String> env = new ArrayList<>();

    @Option(names = "--env-file", description = "Read environment variables from a file")
    private List<String> envFile = new ArrayList<>();

    @Option(
            names = {"-i", "--interactive"},
            description = "Keep STDIN open")
    private boolean interactive;

    @Option(names = "--privileged", description = "Give all privileges to the command")
    private boolean privileged;

    @Option(
            names = {"-t", "--tty"},
            description = "Allocate a terminal")
    private boolean tty;

    @Option(
            names = {"-u", "--user"},
            description = "User: NAME|UID[:GROUP|GID]")
    private String user = "";

    @Option(
            names = {"-w", "--workdir"},
            description = "Working directory inside the container")
    private String workdir = "";

    @Parameters(index = "0", paramLabel = "CONTAINER", description = "Name or id")
    private String container = "";

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "COMMAND",
            description = "Command and its arguments")
    private List<String> command = new ArrayList<>();

    public ExecCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
        Caller caller = context.caller();
        DetachKeys keys = DetachKeys.parse(detachKeys);
        if (tty && interactive && !detach && !caller.stdinIsTerminal()) {
            throw new ExitException(1, "the input device is not a TTY");
        }
        Engine engine = context.engine();
        int rows = tty ? caller.rows() : 0;
        int columns = tty ? caller.columns() : 0;
        ExecSpec spec =
                new ExecSpec(
                        command,
                        environment(),
                        user,
                        workdir,
                        privileged,
                        tty,
                        interactive && !detach,
                        !detach,
                        !detach && !tty,
                        detachKeys,
                        rows,
                        columns);
        String id = engine.execs().create(container, spec);
        if (detach) {
            engine.execs().startDetached(id);
            return 0;
        }
        boolean terminal = tty && caller.stdinIsTerminal();
        Foreground.Watched watched =
                new Foreground.Watched() {
                    @Override
                    public void resize(int newRows, int newColumns) {
                        engine.execs().resize(id, newRows, newColumns);
                    }

                    @Override
                    public void signal(String name) {
                        // As with docker exec: signals end the client, not the process.
                    }
                };
        try (Foreground foreground = new Foreground(context, terminal, false, watched)) {
            if (terminal) {
                return onTerminal(engine, id, foreground, keys);
            }
            engine.execs()
                    .start(id, foreground.descriptors(interactive, true, !tty), rows, columns);
            return foreground.await(ended(engine, id));
        }
    }

    private int onTerminal(Engine engine, String id, Foreground foreground, DetachKeys keys)
            throws InterruptedException {
        Caller caller = context.caller();
        try (AttachSession session =
                engine.execs().startAttached(id, caller.rows(), caller.columns())) {
            if (interactive) {
                foreground.carryKeys(session, keys);
            }
            CompletableFuture<Void> shown =
                    TerminalOutput.carry(session, caller.stdout(), foreground::outputFailed);
            return foreground.await(ended(engine, id).thenCombine(shown, (code, _) -> code));
        }
    }

    private static CompletableFuture<Integer> ended(Engine engine, String id) {
        CompletableFuture<Integer> end = new CompletableFuture<>();
        Thread.ofVirtual()
                .start(() -> {
                    try {
                        end.complete(engine.execs().await(id));
                    } catch (RuntimeException e) {
                        end.completeExceptionally(e);
                    }
                });
        return end;
    }

    private List<String> environment() {
        List<String> variables = new ArrayList<>();
        for (String path : envFile) {
            try (Fd file = context.caller().open(path, Open.RDONLY, 0)) {
                new String(
                                FileIo.readFully(file, FILE_BYTES_MAX),
                                java.nio.charset.StandardCharsets.UTF_8)
                        .lines()
                        .filter(line -> !line.isBlank() && !line.startsWith("#"))
                        .forEach(variables::add);
            }
        }
        for (String variable : env) {
            String value = context.caller().environment().get(variable);
            variables.add(
                    variable.contains("=") || value == null ? variable : variable + "=" + value);
        }
        return variables;
    }
}

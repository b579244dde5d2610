package sampan.app.cli.containers;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import sampan.app.cli.CommandContext;
import sampan.app.cli.ExitException;
import sampan.app.cli.registry.RunImage;
import sampan.app.cli.usage.UsageException;
import sampan.engine.containers.ContainerSpec;
import sampan.engine.services.ContainerService;
import sampan.engine.services.Engine;
import sampan.engine.services.StreamService.AttachRequest;
import sampan.engine.services.StreamService.AttachSession;
import sampan.engine.services.TaskService.Attachment;
import sampan.engine.services.TaskService.WaitCondition;
import sampan.engine.services.TaskService.WaitResult;
import sampan.errors.ErrnoException;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.files.FileIo;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;
import sampan.oci.image.Platform;

/// `sampan run`: create, start, and be its foreground.
@Command(description = "Create and run a new container from an image")
public final class RunCommand implements Callable<Integer> {
    private static final int STATUS_ENGINE = 125;
    private static final int STATUS_NOT_RUNNABLE = 126;
    private static final int STATUS_NOT_FOUND = 127;

    private final CommandContext context;

    @Mixin private ContainerOptions options = new ContainerOptions();

    @Option(
            names = {"-d", "--detach"},
            arity = "0..1",
            fallbackValue = "true",
            description = "Run in the background and print the container id")
    private boolean detach;

    @Option(names = "--detach-keys", description = "Key sequence that detaches")
    private String detachKeys = "";

    @Option(
            names = "--sig-proxy",
            arity = "0..1",
            fallbackValue = "true",
            description = "Pass signals on to the process")
    private boolean signalProxy = true;

    public RunCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
        DetachKeys keys = DetachKeys.parse(detachKeys);
        if (options.tty && options.interactive && !detach && !context.caller().stdinIsTerminal()) {
            throw new ExitException(1, "the input device is not a TTY");
        }
        if (detach && !options.attach.isEmpty()) {
            throw new ExitException(
                    1, "conflicting options: cannot specify both --attach and --detach");
        }
        ContainerSpec spec = new SpecFromOptions(context, options).spec(detach);
        ContainerService.Created created = create(context, options, spec);
        String id = created.id().value();
        if (detach) {
            start(id, Optional.empty());
            context.out().println(id);
            return 0;
        }
        return foreground(id, spec, keys);
    }

    /// Shared with `create`: makes the container, writes the id file, prints warnings.
    static ContainerService.Created create(
            CommandContext context, ContainerOptions options, ContainerSpec spec) {
        Optional<Fd> idFile = Optional.empty();
        if (!options.cidfile.isEmpty()) {
            idFile = Optional.of(openIdFile(context, options.cidfile));
        }
        RunImage.ensure(context, options.image, options.pull, options.platform, options.quiet);
        Optional<Platform> platform =
                PlatformCheck.required(context.engine(), options.image, options.platform);
        Optional<String> name =
                options.name.isEmpty() ? Optional.empty() : Optional.of(options.name);
        ContainerService containers = context.engine().containers();
        ContainerService.Created created =
                platform.isPresent()
                        ? containers.create(name, spec, platform.get())
                        : containers.create(name, spec);
        idFile.ifPresent(file -> {
            FileIo.writeFully(file, created.id().value().getBytes(StandardCharsets.US_ASCII));
            file.close();
        });
        created.warnings().forEach(warning -> context.err().println("WARNING: " + warning));
        return created;
    }

    private static Fd openIdFile(CommandContext context, String path) {
        try {
            return context.caller().open(path, Open.WRONLY | Open.CREAT | Open.EXCL, 0644);
        } catch (ErrnoException e) {
            throw new UsageException(
                    e.isExisting()
                            ? "container ID file found, make sure the other container isn't running"
                                    + " or delete "
                                    + path
                            : "failed to create the container ID file: " + e.getMessage());
        }
    }

    private int foreground(String id, ContainerSpec spec, DetachKeys keys)
            throws InterruptedException {
        Engine engine = context.engine();
        boolean terminal = options.tty && context.caller().stdinIsTerminal();
        // Registered before the start: a short run would be over before a later wait.
        CompletableFuture<WaitResult> waiting =
                engine.tasks()
                        .waitFor(
                                id,
                                options.remove ? WaitCondition.REMOVED : WaitCondition.NEXT_EXIT);
        Foreground.Watched watched =
                new Foreground.Watched() {
                    @Override
                    public void resize(int rows, int columns) {
                        engine.tasks().resize(id, rows, columns);
                    }

                    @Override
                    public void signal(String name) {
                        engine.tasks().kill(id, name);
                    }
                };
        try (Foreground foreground = new Foreground(context, terminal, signalProxy, watched)) {
            CompletableFuture<Integer> exit = waiting.thenApply(WaitResult::exitCode);
            if (terminal) {
                return onTerminal(id, spec, foreground, exit, keys);
            }
            boolean stdin = spec.process().attachStdin();
            boolean stdout = spec.process().attachStdout();
            boolean stderr = spec.process().attachStderr();
            var descriptors = foreground.descriptors(stdin, stdout, stderr && !options.tty);
            start(id, Optional.of(new Attachment(descriptors, stdin, stdout, stderr)));
            foreground.started();
            return foreground.await(exit);
        }
    }

    private int onTerminal(
            String id,
            ContainerSpec spec,
            Foreground foreground,
            CompletableFuture<Integer> exit,
            DetachKeys keys)
            throws InterruptedException {
        AttachRequest request =
                new AttachRequest(
                        spec.process().attachStdin(),
                        spec.process().attachStdout(),
                        spec.process().attachStderr());
        try (AttachSession session = context.engine().streams().attach(id, request)) {
            start(id, Optional.empty());
            foreground.started();
            if (request.stdin()) {
                foreground.carryKeys(session, keys);
            }
            var shown =
                    TerminalOutput.carry(
                            session, context.caller().stdout(), foreground::outputFailed);
            return foreground.await(exit.thenCombine(shown, (code, _) -> code));
        }
    }

    /// Starts it; a program that cannot run gives 126 or 127 as with every other engine.
    private void start(String id, Optional<Attachment> attachment) {
        try {
            context.engine().tasks().start(id, attachment);
        } catch (SampanException e) {
            int status = statusOf(e.getMessage());
            removeQuietly(id);
            throw new ExitException(
                    status,
                    "sampan: Error response from daemon: "
                            + e.getMessage()
                            + "\n\nRun 'sampan run --help' for more information");
        }
    }

    /// The docker client goes by the words as well.
    private static int statusOf(String message) {
        if (message.contains("executable file not found")
                || message.contains("no such file or directory")) {
            return STATUS_NOT_FOUND;
        }
        return message.contains("permission denied") || message.contains("is a directory")
                ? STATUS_NOT_RUNNABLE
                : STATUS_ENGINE;
    }

    private void removeQuietly(String id) {
        if (!options.remove) {
            return;
        }
        try {
            context.engine().containers().remove(id, true, true);
        } catch (SampanException e) {
            if (e.code() != ErrorCode.NOT_FOUND && e.code() != ErrorCode.CONFLICT) {
                context.err().println("sampan: " + e.getMessage());
            }
        }
    }
}

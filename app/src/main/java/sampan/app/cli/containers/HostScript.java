package sampan.app.cli.containers;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine;
import sampan.app.cli.CommandContext;
import sampan.engine.containers.ContainerSpec;
import sampan.engine.images.HostImage;
import sampan.engine.services.Descriptors;
import sampan.engine.services.Engine;
import sampan.engine.services.TaskService.Attachment;
import sampan.engine.services.TaskService.WaitCondition;
import sampan.engine.services.TaskService.WaitResult;
import sampan.linux.sys.Fd;

/// A shell script in a container of the image `host`: it has the machine's programs, and what it
/// writes is gone with it. The caller's signals go to it.
public final class HostScript {
    private final CommandContext context;
    private final List<String> options;

    /// @param options of `run`, further to what every script has
    public HostScript(CommandContext context, List<String> options) {
        this.context = context;
        this.options = List.copyOf(options);
    }

    /// Runs it to its end; its standard error is the caller's.
    ///
    /// @param arguments `$1` and so on
    /// @param output its standard output; stays the caller's to close
    /// @return its exit status
    public int run(String script, List<String> arguments, Fd output) throws InterruptedException {
        List<String> line = new ArrayList<>(List.of("--rm", "--log-driver", "none"));
        line.addAll(options);
        line.addAll(List.of(HostImage.REFERENCE.familiarName(), "/bin/sh", "-c", script, "sampan"));
        line.addAll(arguments);
        ContainerOptions parsed = new ContainerOptions();
        new CommandLine(parsed).setStopAtPositional(true).parseArgs(line.toArray(String[]::new));
        ContainerSpec spec = new SpecFromOptions(context, parsed).spec(false);
        String id = RunCommand.create(context, parsed, spec).id().value();
        Engine engine = context.engine();
        CompletableFuture<Integer> exit =
                engine.tasks().waitFor(id, WaitCondition.REMOVED).thenApply(WaitResult::exitCode);
        Foreground.Watched watched =
                new Foreground.Watched() {
                    @Override
                    public void resize(int rows, int columns) {
                        // it has no terminal
                    }

                    @Override
                    public void signal(String name) {
                        engine.tasks().kill(id, name);
                    }
                };
        try (Foreground foreground = new Foreground(context, false, true, watched)) {
            Descriptors descriptors =
                    new Descriptors(
                            Optional.empty(),
                            Optional.of(output),
                            Optional.of(context.caller().stderr()),
                            errno -> {});
            engine.tasks().start(id, Optional.of(new Attachment(descriptors, false, true, true)));
            foreground.started();
            return foreground.await(exit);
        }
    }
}

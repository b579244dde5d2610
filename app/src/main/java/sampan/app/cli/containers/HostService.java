package sampan.app.cli.containers;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import sampan.app.cli.CommandContext;
import sampan.engine.containers.ContainerSpec;
import sampan.engine.images.HostImage;

/// A program in a container of the image `host` that goes on in the background.
public final class HostService {
    private HostService() {}

    /// Starts it.
    ///
    /// @param options of `run`
    /// @return its container's id; who starts it removes it
    public static String start(CommandContext context, List<String> options, List<String> command) {
        List<String> line = new ArrayList<>(options);
        line.add(HostImage.REFERENCE.familiarName());
        line.addAll(command);
        ContainerOptions parsed = new ContainerOptions();
        new CommandLine(parsed).setStopAtPositional(true).parseArgs(line.toArray(String[]::new));
        ContainerSpec spec = new SpecFromOptions(context, parsed).spec(false);
        String id = RunCommand.create(context, parsed, spec).id().value();
        context.engine().tasks().start(id, Optional.empty());
        return id;
    }
}

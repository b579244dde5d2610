package sampan.app.cli.volumes;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sampan.app.cli.CommandContext;
import sampan.app.cli.usage.UsageException;

/// `sampan volume create`.
@Command(description = "Create a volume")
public final class VolumeCreateCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(
            names = {"-d", "--driver"},
            description = "Driver of the volume")
    private String driver = "local";

    @Option(names = "--label", description = "Set a label")
    private List<String> labels = new ArrayList<>();

    @Option(
            names = {"-o", "--opt"},
            description = "Set a driver option")
    private List<String> options = new ArrayList<>();

    @Option(names = "--name", hidden = true)
    private String flagName = "";

    @Parameters(arity = "0..1", paramLabel = "VOLUME", description = "Its name")
    private String argument = "";

    public VolumeCreateCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        if (!argument.isEmpty() && !flagName.isEmpty()) {
            throw new UsageException(
                    "conflicting options: cannot specify a volume-name through both --name and as"
                            + " a positional arg");
        }
        String name = argument.isEmpty() ? flagName : argument;
        var created =
                context.engine().volumes().create(name, driver, pairs(options), pairs(labels));
        context.out().println(created.volume().name());
        return 0;
    }

    private static Map<String, String> pairs(List<String> texts) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String text : texts) {
            int equals = text.indexOf('=');
            pairs.put(
                    equals < 0 ? text : text.substring(0, equals),
                    equals < 0 ? "" : text.substring(equals + 1));
        }
        return pairs;
    }
}

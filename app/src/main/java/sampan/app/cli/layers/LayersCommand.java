package sampan.app.cli.layers;

import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sampan.app.cli.CommandContext;
import sampan.app.cli.Table;
import sampan.app.cli.Words;
import sampan.app.cli.usage.UsageException;
import sampan.engine.images.layers.LayerChanges;
import sampan.engine.images.layers.LayerChanges.Change;
import sampan.engine.images.layers.LayerChanges.OneLayer;
import sampan.oci.json.Json;

/// `sampan layers`.
@Command(
        description =
                "Show what each layer of an image added, changed and removed; on a terminal to be"
                        + " browsed by keys, q quits")
public final class LayersCommand implements Callable<Integer> {
    private static final int STATUS_BELOW = 1;

    private final CommandContext context;

    @Parameters(index = "0", paramLabel = "IMAGE")
    private String image = "";

    @Option(names = "--json", description = "Print everything as JSON")
    private boolean json;

    @Option(names = "--ci", description = "Exit with 1 where a bound is not kept")
    private boolean bounds;

    @Option(names = "--lowest-score", description = "With --ci: least score, 0 to 1 (default 0.9)")
    private double lowestScore = 0.9;

    @Option(
            names = "--highest-wasted",
            description = "With --ci: most wasted bytes, such as 20m (default: none)")
    private String highestWasted = "";

    public LayersCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (!bounds && !highestWasted.isEmpty()) {
            throw new UsageException("--highest-wasted needs --ci");
        }
        LayerChanges changes = context.engine().images().layers(image);
        if (json) {
            context.out().println(Json.text(changes));
        } else if (!bounds && LayerScreen.suits(context.caller())) {
            new LayerScreen(context.caller(), context.style())
                    .browse(new LayerBrowser(image, changes));
        } else {
            changes.layers().forEach(this::print);
            context.out()
                    .printf(
                            Locale.ROOT,
                            "%d layers, %s, wasted %s, score %.3f%n",
                            changes.layers().size(),
                            Words.size(changes.bytes()),
                            Words.size(changes.wasted()),
                            changes.score());
        }
        return bounds ? check(changes) : 0;
    }

    private void print(OneLayer layer) {
        context.out()
                .println(
                        layer.diffId().substring(7, 19)
                                + "  "
                                + Words.size(layer.bytes())
                                + (layer.wasted() == 0
                                        ? ""
                                        : "  (hides " + Words.size(layer.wasted()) + ")")
                                + "  "
                                + Table.clean(layer.createdBy()));
        for (Change change : layer.changes()) {
            int slash = change.path().lastIndexOf('/');
            int depth = (int) change.path().chars().filter(c -> c == '/').count();
            String mark =
                    switch (change.kind()) {
                        case ADDED -> "A ";
                        case CHANGED -> "C ";
                        case REMOVED -> "D ";
                    };
            context.out()
                    .println(
                            "  "
                                    + mark
                                    + "  ".repeat(depth)
                                    + Table.clean(change.path().substring(slash + 1))
                                    + (change.directory()
                                            ? "/"
                                            : "  " + Words.size(change.bytes())));
        }
    }

    private int check(LayerChanges changes) {
        boolean kept = changes.score() >= lowestScore;
        if (!kept) {
            context.err()
                    .printf(
                            Locale.ROOT,
                            "score %.3f is below %.3f%n",
                            changes.score(),
                            lowestScore);
        }
        if (!highestWasted.isEmpty()
                && changes.wasted() > Words.bytes("--highest-wasted", highestWasted)) {
            context.err()
                    .println(
                            "wasted "
                                    + Words.size(changes.wasted())
                                    + " is above "
                                    + highestWasted);
            kept = false;
        }
        return kept ? 0 : STATUS_BELOW;
    }
}

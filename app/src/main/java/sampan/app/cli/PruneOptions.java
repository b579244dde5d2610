package sampan.app.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/// What all `prune` commands share: filters, the question, and the summary at the end.
public final class PruneOptions {
    @Option(names = "--filter", description = "Provide filter values (e.g. until=24h)")
    private List<String> filters = new ArrayList<>();

    @Option(
            names = {"-f", "--force"},
            description = "Do not prompt for confirmation")
    private boolean force;

    /// Asks unless it was told not to; leaves the command where the answer is no.
    ///
    /// @param what `all dangling images`, say
    public void confirm(CommandContext context, String what) {
        Confirm.ask(context, force, "WARNING! This will remove " + what + ".");
    }

    /// The filters that were given, to be added to.
    public Map<String, List<String>> filters() {
        return new LinkedHashMap<>(Filters.parse(filters));
    }

    /// Prints what was deleted under its title, if anything was, and how much that freed.
    public void summary(CommandContext context, String title, Stream<String> deleted, long bytes) {
        List<String> lines = deleted.toList();
        if (!lines.isEmpty()) {
            context.out().println(title + ":");
            lines.forEach(context.out()::println);
            context.out().println();
        }
        context.out().println("Total reclaimed space: " + Words.size(bytes));
    }
}

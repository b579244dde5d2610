package sampan.app.cli.images;

import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sampan.app.cli.CommandContext;
import sampan.app.cli.Rows;
import sampan.app.cli.Words;

/// `sampan history`.
@Command(description = "Show the history of an image")
public final class HistoryCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(names = "--format", description = "table, json, or a template")
    private String format = "";

    @Option(
            names = {"-H", "--human"},
            arity = "0..1",
            fallbackValue = "true",
            description = "Sizes and dates for people")
    private boolean human = true;

    @Option(names = "--no-trunc", description = "Do not truncate output")
    private boolean whole;

    @Option(
            names = {"-q", "--quiet"},
            description = "Only show image ids")
    private boolean quiet;

    @Parameters(paramLabel = "IMAGE", description = "Name or id")
    private String image = "";

    public HistoryCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Rows rows = new Rows(HEADERS);
        for (var entry : context.engine().images().history(image)) {
            String id =
                    whole || entry.id().startsWith("<") ? entry.id() : ImageNames.brief(entry.id());
            if (quiet) {
                context.out().println(id);
                continue;
            }
            String by = entry.createdBy();
            rows.add(
                    Map.of(
                            "ID",
                            id,
                            "CreatedSince",
                            human ? Words.ago(entry.created()) : entry.created().toString(),
                            "CreatedAt",
                            entry.created().toString(),
                            "CreatedBy",
                            whole || by.length() <= BY_CHARS
                                    ? by
                                    : by.substring(0, BY_CHARS - 1) + "…",
                            "Size",
                            human ? Words.size(entry.size()) : String.valueOf(entry.size()),
                            "Comment",
                            entry.comment()));
        }
        if (!quiet) {
            rows.print(
                    context, format, List.of("ID", "CreatedSince", "CreatedBy", "Size", "Comment"));
        }
        return 0;
    }

    private static final int BY_CHARS = 45;
    private static final Map<String, String> HEADERS =
            Map.of(
                    "ID", "IMAGE",
                    "CreatedSince", "CREATED",
                    "CreatedAt", "CREATED AT",
                    "CreatedBy", "CREATED BY",
                    "Size", "SIZE",
                    "Comment", "COMMENT");
}

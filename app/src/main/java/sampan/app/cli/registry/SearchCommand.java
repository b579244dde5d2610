package sampan.app.cli.registry;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sampan.app.cli.CommandContext;
import sampan.app.cli.Table;
import sampan.engine.registry.Credential;
import sampan.engine.registry.Registries.Hit;

/// `sampan search`.
@Command(description = "Search a registry for images: TERM, or HOST/TERM")
public final class SearchCommand implements Callable<Integer> {
    private static final int DESCRIPTION_CHARS = 45;

    private final CommandContext context;

    @Parameters(paramLabel = "TERM", description = "What to look for")
    private String term = "";

    @Option(names = "--limit", description = "Most results, 25 by default")
    private int limit = 25;

    @Option(names = "--no-trunc", description = "Don't truncate output")
    private boolean whole;

    public SearchCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        int slash = term.indexOf('/');
        String host = slash < 0 ? "" : term.substring(0, slash);
        boolean named = host.contains(".") || host.contains(":") || host.equals("localhost");
        Credential credential =
                Credentials.of(context.caller())
                        .find(named ? host : "docker.io")
                        .orElse(Credential.NONE);
        List<List<String>> rows = new ArrayList<>();
        for (Hit hit : context.engine().registries().search(term, limit, credential)) {
            String text = hit.description().replace("\n", " ");
            boolean cut = !whole && text.length() > DESCRIPTION_CHARS;
            rows.add(
                    List.of(
                            hit.name(),
                            cut ? text.substring(0, DESCRIPTION_CHARS - 1) + "…" : text,
                            Integer.toString(hit.stars()),
                            hit.official() ? "[OK]" : ""));
        }
        Table table = new Table("NAME", "DESCRIPTION", "STARS", "OFFICIAL");
        rows.forEach(table::row);
        table.print(context);
        return 0;
    }
}

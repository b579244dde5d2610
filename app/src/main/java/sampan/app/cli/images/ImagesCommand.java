package sampan.app.cli.images;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sampan.app.cli.CommandContext;
import sampan.app.cli.Filters;
import sampan.app.cli.Rows;
import sampan.app.cli.Words;
import sampan.engine.images.Image;

/// `sampan images`.
@Command(description = "List images")
public final class ImagesCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(
            names = {"-a", "--all"},
            description = "Show all images")
    private boolean all;

    @Option(names = "--digests", description = "Show digests")
    private boolean digests;

    @Option(
            names = {"-f", "--filter"},
            description = "Filter output based on conditions provided")
    private List<String> filters = new ArrayList<>();

    @Option(names = "--format", description = "table, json, or a template")
    private String format = "";

    @Option(names = "--no-trunc", description = "Do not truncate output")
    private boolean whole;

    @Option(
            names = {"-q", "--quiet"},
            description = "Only show image ids")
    private boolean quiet;

    @Parameters(
            arity = "0..1",
            paramLabel = "REPOSITORY[:TAG]",
            description = "Only images of this name")
    private String reference = "";

    public ImagesCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Map<String, List<String>> wanted = new LinkedHashMap<>(Filters.parse(filters));
        if (!reference.isEmpty()) {
            wanted.put("reference", List.of(reference));
        }
        List<Image> images = context.engine().images().list(all, wanted);
        if (quiet) {
            images.stream()
                    .map(i -> whole ? i.id() : ImageNames.brief(i.id()))
                    .distinct()
                    .forEach(context.out()::println);
            return 0;
        }
        Rows rows = new Rows(HEADERS);
        for (Image image : images) {
            List<String> names =
                    image.references().isEmpty() ? List.of("<none>:<none>") : image.references();
            names.forEach(name -> rows.add(row(image, name)));
        }
        List<String> usual =
                new ArrayList<>(List.of("Repository", "Tag", "ID", "CreatedSince", "Size"));
        if (digests) {
            usual.add(2, "Digest");
        }
        rows.print(context, format, usual);
        return 0;
    }

    private static final Map<String, String> HEADERS =
            Map.of(
                    "Repository", "REPOSITORY",
                    "Tag", "TAG",
                    "Digest", "DIGEST",
                    "ID", "IMAGE ID",
                    "CreatedSince", "CREATED",
                    "CreatedAt", "CREATED AT",
                    "Size", "SIZE");

    private Map<String, Object> row(Image image, String name) {
        String[] parts = ImageNames.split(name);
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("Repository", parts[0]);
        row.put("Tag", parts[1].isEmpty() ? "<none>" : parts[1]);
        row.put(
                "Digest",
                image.digests().stream()
                        .map(d -> d.substring(d.indexOf('@') + 1))
                        .findFirst()
                        .orElse("<none>"));
        row.put("ID", whole ? image.id() : ImageNames.brief(image.id()));
        row.put("CreatedSince", image.created().map(Words::ago).orElse("N/A"));
        row.put("CreatedAt", image.created().map(Words::stamp).orElse("N/A"));
        row.put("Size", image.virtual() ? "virtual" : Words.size(image.size()));
        row.put("VirtualSize", row.get("Size"));
        // what docker leaves out as well, unless asked by `system df`
        List.of("Containers", "SharedSize", "UniqueSize").forEach(absent -> row.put(absent, "N/A"));
        return row;
    }
}

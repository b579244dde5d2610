package sampan.app.runc.verbs;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import sampan.app.runc.ContainerView;
import sampan.app.runc.RuncContext;
import sampan.errors.SampanException;
import sampan.linux.users.User;
import sampan.linux.users.UserDatabase;
import sampan.oci.json.Json;
import sampan.runtime.lifecycle.Container;

/// `list`.
@Command(description = "lists containers started by the command with the given root")
public final class ListVerb implements Callable<Integer> {
    private static final int COLUMN_MIN = 12;
    private static final int GAP = 3;

    private final RuncContext context;

    @Option(
            names = {"-f", "--format"},
            paramLabel = "FORMAT",
            description = "select one of: table or json (default: \"table\")")
    private String format = "table";

    @Option(
            names = {"-q", "--quiet"},
            description = "display only container IDs")
    private boolean quiet;

    public ListVerb(RuncContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        context.requireRoot();
        List<ContainerView> views = views();
        if (quiet) {
            views.forEach(view -> context.out().println(view.container().id()));
            return 0;
        }
        switch (format) {
            case "table" -> table(views);
            case "json" -> context.out().println(json(views));
            default -> throw SampanException.invalid("invalid format option");
        }
        return 0;
    }

    private static String json(List<ContainerView> views) {
        return views.isEmpty()
                ? "null"
                : Json.text(views.stream().map(ContainerView::fields).toList());
    }

    private List<ContainerView> views() {
        if (!Files.isDirectory(context.states().root()) && !isDefault()) {
            throw SampanException.notFound(
                    "open " + context.states().root() + ": no such file or directory");
        }
        UserDatabase users = UserDatabase.host();
        List<ContainerView> views = new ArrayList<>();
        for (String id : context.states().ids()) {
            Optional<Container> found = Container.find(context.host(), context.states(), id);
            if (found.isPresent()) {
                int owner = context.states().owner(id);
                views.add(
                        ContainerView.of(
                                found.get(),
                                users.user(owner).map(User::name).orElse("#" + owner)));
            }
        }
        return views;
    }

    private boolean isDefault() {
        return context.states().root().toString().equals(sampan.app.runc.GlobalOptions.ROOT);
    }

    private void table(List<ContainerView> views) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"));
        for (ContainerView view : views) {
            rows.add(
                    List.of(
                            view.container().id(),
                            Integer.toString(view.pid()),
                            view.status().word(),
                            view.container().stored().bundle(),
                            view.container().stored().created(),
                            view.owner()));
        }
        int columns = rows.getFirst().size();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], Math.max(COLUMN_MIN, row.get(i).length() + GAP));
            }
        }
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < columns - 1; i++) {
                line.append(row.get(i)).repeat(' ', widths[i] - row.get(i).length());
            }
            context.out().println(line.append(row.getLast()));
        }
    }
}

package sampan.app.cli.system;

import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import sampan.api.call.ApiVersion;
import sampan.api.system.InfoDoc;
import sampan.api.system.Product;
import sampan.app.cli.CommandContext;
import sampan.app.cli.Documents;
import sampan.app.cli.Words;
import sampan.app.settings.Settings;
import sampan.engine.services.SystemService.SystemView;

/// `sampan info`.
@Command(description = "Display system-wide information")
public final class InfoCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(
            names = {"-f", "--format"},
            description = "json, or a template")
    private String format = "";

    public InfoCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        SystemView view = context.engine().system().view();
        if (!format.isEmpty()) {
            Documents.print(
                    context.out(),
                    format,
                    InfoDoc.of(view, new Product(Settings.VERSION, "", ""), ApiVersion.NEWEST));
            return 0;
        }
        PrintStream out = context.out();
        out.println("Client:");
        line(out, "Version", Settings.VERSION);
        line(out, "Context", "default");
        out.println();
        out.println("Server:");
        server(out, view);
        view.warnings().forEach(warning -> context.err().println("WARNING: " + warning));
        return 0;
    }

    private void server(PrintStream out, SystemView view) {
        line(out, "Containers", view.containers());
        line(out, " Running", view.running());
        line(out, " Paused", view.paused());
        line(out, " Stopped", view.stopped());
        line(out, "Images", view.images());
        line(out, "Server Version", Settings.VERSION);
        line(out, "Storage Driver", view.storageDriver());
        view.storageStatus().forEach(pair -> line(out, " " + pair.getFirst(), pair.getLast()));
        line(out, "Logging Driver", "json-file");
        line(out, "Cgroup Driver", "cgroupfs");
        line(out, "Cgroup Version", view.cgroupVersion());
        out.println(" Security Options:");
        view.securityOptions().forEach(option -> security(out, option));
        line(out, "Kernel Version", view.kernelVersion());
        line(out, "Operating System", view.operatingSystem());
        line(out, "OSType", "linux");
        line(out, "Architecture", view.architecture());
        line(out, "CPUs", view.cpus());
        line(out, "Total Memory", Words.binarySize(view.memory()));
        line(out, "Name", view.name());
        line(out, "ID", view.id());
        line(out, "Docker Root Dir", view.root());
        line(out, "Socket", context.settings().socket());
        line(out, "Bridge", context.settings().bridge());
    }

    private static void line(PrintStream out, String name, Object value) {
        out.println(" " + name + ": " + value);
    }

    /// `name=seccomp,profile=builtin`: the name, and below it what more there is.
    private static void security(PrintStream out, String option) {
        for (String pair : List.of(option.split(",", -1))) {
            int equals = pair.indexOf('=');
            String key = pair.substring(0, Math.max(0, equals));
            String value = pair.substring(equals + 1);
            if (key.equals("name") || equals < 0) {
                out.println("  " + value);
            } else {
                out.println(
                        "   "
                                + key.substring(0, 1).toUpperCase(java.util.Locale.ROOT)
                                + key.substring(1)
                                + ": "
                                + value);
            }
        }
    }
}

package sampan.app.cli.system;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import sampan.api.call.ApiVersion;
import sampan.api.system.Greeting;
import sampan.api.system.Product;
import sampan.app.cli.CommandContext;
import sampan.app.cli.Documents;
import sampan.app.settings.Settings;

/// `sampan version`: the client's block and the server's. They are of one version, for the client
/// runs in the daemon; the files of both came with one build.
@Command(description = "Show the Sampan version information")
public final class VersionCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(
            names = {"-f", "--format"},
            description = "json, or a template")
    private String format = "";

    public VersionCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        if (!format.isEmpty()) {
            Documents.print(context.out(), format, document());
            return 0;
        }
        PrintStream out = context.out();
        String platform = "linux/" + Product.architecture();
        out.println("Client: " + Product.NAME);
        line(out, " Version", Settings.VERSION);
        line(out, " API version", ApiVersion.NEWEST.toString());
        line(out, " OS/Arch", platform);
        line(out, " Context", "default");
        out.println();
        out.println("Server: " + Product.NAME);
        out.println(" Engine:");
        line(out, "  Version", Settings.VERSION);
        line(
                out,
                "  API version",
                ApiVersion.NEWEST + " (minimum version " + ApiVersion.OLDEST + ")");
        line(out, "  Java version", System.getProperty("java.version", ""));
        line(out, "  OS/Arch", platform);
        line(out, "  Kernel version", System.getProperty("os.version", ""));
        line(out, "  Socket", context.settings().socket().toString());
        return 0;
    }

    private static void line(PrintStream out, String name, String value) {
        out.printf("%-19s%s%n", name + ":", value);
    }

    private static Map<String, Object> document() {
        Map<String, Object> client = new LinkedHashMap<>();
        client.put("Version", Settings.VERSION);
        client.put("ApiVersion", ApiVersion.NEWEST.toString());
        client.put("DefaultAPIVersion", ApiVersion.NEWEST.toString());
        client.put("GitCommit", "");
        client.put("GoVersion", "");
        client.put("Os", "linux");
        client.put("Arch", Product.architecture());
        client.put("BuildTime", "");
        client.put("Context", "default");
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("Client", client);
        all.put("Server", Greeting.version(new Product(Settings.VERSION, "", "")));
        return all;
    }
}

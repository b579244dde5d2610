package sampan.app.cli.system;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import sampan.api.call.ApiVersion;
import sampan.app.cli.CommandContext;
import sampan.app.cli.template.GoTemplate;
import sampan.app.settings.Settings;
import sampan.oci.json.Json;

/// `sampan version`.
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
        Map<String, Object> side = new LinkedHashMap<>();
        side.put("Version", Settings.VERSION);
        side.put("ApiVersion", ApiVersion.NEWEST.toString());
        side.put("MinAPIVersion", ApiVersion.OLDEST.toString());
        side.put("Os", "linux");
        side.put("Arch", System.getProperty("os.arch").replace("x86_64", "amd64"));
        side.put("KernelVersion", System.getProperty("os.version"));
        side.put("JavaVersion", System.getProperty("java.version"));
        Map<String, Object> all = Map.of("Client", side, "Server", side);
        if (format.equals("json")) {
            context.out().println(Json.text(all));
        } else if (!format.isEmpty()) {
            context.out().println(GoTemplate.parse(format).render(all));
        } else {
            context.out().println("Sampan " + Settings.VERSION);
            side.forEach((name, value) -> context.out().printf(" %-16s %s%n", name + ":", value));
            context.out().printf(" %-16s %s%n", "Socket:", context.settings().socket());
        }
        return 0;
    }
}

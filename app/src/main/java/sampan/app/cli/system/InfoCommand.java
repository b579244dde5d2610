package sampan.app.cli.system;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import sampan.app.cli.CommandContext;
import sampan.app.cli.Words;
import sampan.app.cli.template.GoTemplate;
import sampan.app.settings.Settings;
import sampan.engine.services.SystemService.SystemView;
import sampan.oci.json.Json;

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
        Map<String, Object> fields = fields(view);
        if (format.equals("json")) {
            context.out().println(Json.text(fields));
        } else if (!format.isEmpty()) {
            context.out().println(GoTemplate.parse(format).render(fields));
        } else {
            fields.forEach(
                    (name, value) -> context.out().println(" " + name + ": " + shown(name, value)));
            view.warnings().forEach(warning -> context.err().println("WARNING: " + warning));
        }
        return 0;
    }

    private static String shown(String name, Object value) {
        if (name.equals("MemTotal") && value instanceof Long bytes) {
            return Words.binarySize(bytes);
        }
        return value instanceof List<?> list
                ? String.join(", ", list.stream().map(String::valueOf).toList())
                : String.valueOf(value);
    }

    private Map<String, Object> fields(SystemView view) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("ID", view.id());
        fields.put("Name", view.name());
        fields.put("ServerVersion", Settings.VERSION);
        fields.put("Containers", view.containers());
        fields.put("ContainersRunning", view.running());
        fields.put("ContainersPaused", view.paused());
        fields.put("ContainersStopped", view.stopped());
        fields.put("Images", view.images());
        fields.put("Driver", view.storageDriver());
        fields.put("CgroupVersion", view.cgroupVersion());
        fields.put("KernelVersion", view.kernelVersion());
        fields.put("OperatingSystem", view.operatingSystem());
        fields.put("Architecture", view.architecture());
        fields.put("NCPU", view.cpus());
        fields.put("MemTotal", view.memory());
        fields.put("SecurityOptions", view.securityOptions());
        fields.put("DockerRootDir", view.root());
        fields.put("Socket", context.settings().socket().toString());
        fields.put("Bridge", context.settings().bridge());
        return fields;
    }
}

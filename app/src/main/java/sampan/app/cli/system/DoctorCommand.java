package sampan.app.cli.system;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import sampan.app.cli.CommandContext;
import sampan.app.cli.Style;
import sampan.oci.json.Json;

/// `sampan doctor`: exit status 1 where something does not work or is left over.
@Command(description = "Check what the kernel offers and what is left over")
public final class DoctorCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(names = "--json", description = "Print JSON")
    private boolean json;

    @Option(
            names = "--repair",
            description = "Take away what is left over of this daemon, and nothing else")
    private boolean repair;

    public DoctorCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        var system = context.engine().system();
        var findings = repair ? system.repair() : system.doctor();
        boolean failed =
                findings.stream()
                        .anyMatch(f -> f.level().equals("failure") || f.level().equals("leftover"));
        if (json) {
            context.out().println(Json.pretty(findings));
            return failed ? 1 : 0;
        }
        Style style = context.style();
        for (var finding : findings) {
            String mark =
                    switch (finding.level()) {
                        case "ok" -> style.green("ok      ");
                        case "warning" -> style.yellow("warning ");
                        case "leftover" -> style.yellow("leftover");
                        default -> style.red("failure ");
                    };
            context.out().println(mark + "  " + finding.subject() + ": " + finding.text());
            if (!finding.remedy().isEmpty()) {
                context.out().println("          " + style.dim(finding.remedy()));
            }
        }
        return failed ? 1 : 0;
    }
}

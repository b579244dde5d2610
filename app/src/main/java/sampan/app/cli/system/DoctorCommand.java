package sampan.app.cli.system;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import sampan.app.cli.CommandContext;
import sampan.app.cli.Style;
import sampan.oci.json.Json;

/// `sampan doctor`.
@Command(description = "Check what the kernel offers and what is left over")
public final class DoctorCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(names = "--json", description = "Print JSON")
    private boolean json;

    public DoctorCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        var findings = context.engine().system().doctor();
        boolean failed = findings.stream().anyMatch(f -> f.level().equals("failure"));
        if (json) {
            context.out().println(Json.pretty(findings));
            return failed ? 1 : 0;
        }
        Style style = context.style();
        for (var finding : findings) {
            String mark =
                    switch (finding.level()) {
                        case "ok" -> style.green("ok     ");
                        case "warning" -> style.yellow("warning");
                        default -> style.red("failure");
                    };
            context.out().println(mark + "  " + finding.subject() + ": " + finding.text());
            if (!finding.remedy().isEmpty()) {
                context.out().println("         " + style.dim(finding.remedy()));
            }
        }
        return failed ? 1 : 0;
    }
}

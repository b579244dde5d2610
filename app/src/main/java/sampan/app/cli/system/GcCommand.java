package sampan.app.cli.system;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import sampan.app.cli.CommandContext;
import sampan.app.cli.Table;
import sampan.app.cli.Words;
import sampan.engine.disk.Candidate;
import sampan.engine.disk.Decision;
import sampan.oci.json.Json;

/// `sampan system gc`: does at once what the disk policy would do above its high mark.
@Command(description = "Free disk space down to the low mark of the disk policy")
public final class GcCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(names = "--dry-run", description = "Only show what would go, and why")
    private boolean dryRun;

    @Option(names = "--json", description = "Print JSON")
    private boolean json;

    public GcCommand(CommandContext context) {
        this.context = context;
    }

    /// A plan as it is printed.
    private record Planned(String kind, String subject, long bytes, String reason) {}

    @Override
    public Integer call() {
        if (dryRun) {
            List<Planned> plan =
                    context.engine().store().plan().stream().map(GcCommand::planned).toList();
            print(plan, "Would free at most: ");
            return 0;
        }
        print(
                context.engine().store().collect().stream().map(GcCommand::done).toList(),
                "Total reclaimed space: ");
        return 0;
    }

    private static Planned planned(Candidate candidate) {
        return new Planned(
                candidate.kind().words(),
                candidate.subject(),
                candidate.bytes(),
                candidate.reason());
    }

    private static Planned done(Decision decision) {
        return new Planned(
                decision.kind().words(), decision.subject(), decision.bytes(), decision.reason());
    }

    private void print(List<Planned> rows, String total) {
        if (json) {
            context.out().println(Json.pretty(rows));
            return;
        }
        if (!rows.isEmpty()) {
            Table table = new Table("KIND", "SUBJECT", "SIZE", "REASON");
            rows.forEach(r -> table.row(r.kind(), r.subject(), Words.size(r.bytes()), r.reason()));
            table.print(context);
            context.out().println();
        }
        long bytes = rows.stream().mapToLong(Planned::bytes).sum();
        context.out().println(total + Words.size(bytes));
    }
}

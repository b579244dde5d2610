package sampan.app.cli.images;

import java.io.UncheckedIOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import sampan.app.cli.CommandContext;
import sampan.app.cli.Style;
import sampan.app.cli.Words;
import sampan.engine.fsck.Finding;
import sampan.engine.fsck.Fsck.Report;
import sampan.errors.SampanException;
import sampan.oci.json.Json;

/// `sampan image fsck`: exit status 0 where the store is whole, 1 where something is not, 2 where
/// it could not be checked.
@Command(description = "Check the store: owners, digests, layers")
public final class FsckCommand implements Callable<Integer> {
    private static final int FINDINGS = 1;
    private static final int FAILED = 2;

    private final CommandContext context;

    @Option(names = "--json", description = "Print JSON")
    private boolean json;

    @Option(
            names = "--repair",
            description = "Take away what is nobody's, mend or take away what is broken")
    private boolean repair;

    public FsckCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Report report;
        try {
            report = context.engine().store().fsck(repair);
        } catch (SampanException | UncheckedIOException e) {
            context.err().println("Error: the store could not be checked: " + e.getMessage());
            return FAILED;
        }
        if (json) {
            context.out().println(Json.pretty(report));
        } else {
            print(report);
        }
        return report.clean() ? 0 : FINDINGS;
    }

    private void print(Report report) {
        Style style = context.style();
        for (Finding done : report.repaired()) {
            String mark =
                    switch (done.outcome()) {
                        case REPAIRED -> style.green("repaired  ");
                        case FAILED, FOUND -> style.red("failed    ");
                    };
            context.out().println(mark + "  " + done.subject() + ": " + done.problem());
            context.out().println("            " + style.dim(done.remedy()));
        }
        for (Finding finding : report.findings()) {
            String mark =
                    switch (finding.kind()) {
                        case NOBODYS -> style.yellow("nobody's  ");
                        case BROKEN -> style.red("broken    ");
                        case MISSING -> style.red("missing   ");
                        case UNREADABLE -> style.yellow("unreadable");
                    };
            String size = finding.bytes() == 0 ? "" : " (" + Words.size(finding.bytes()) + ")";
            context.out()
                    .println(mark + "  " + finding.subject() + ": " + finding.problem() + size);
            context.out().println("            " + style.dim(finding.remedy()));
        }
        context.out()
                .println(
                        "%d blobs (%s) and %d layers (%d files) read: %s"
                                .formatted(
                                        report.blobs(),
                                        Words.size(report.blobBytes()),
                                        report.layers(),
                                        report.files(),
                                        report.clean()
                                                ? "clean"
                                                : report.findings().size() + " findings"));
    }
}

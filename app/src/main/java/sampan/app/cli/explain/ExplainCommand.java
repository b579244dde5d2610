package sampan.app.cli.explain;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sampan.app.cli.CommandContext;
import sampan.app.cli.ExitException;
import sampan.engine.services.ExplainService;
import sampan.engine.services.ExplainService.ExecExplanation;
import sampan.engine.services.ExplainService.Explanation;
import sampan.engine.services.ExplainService.ProcessView;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.oci.json.Json;

/// `sampan explain`: the plan that ran, step by step, which step failed and of what; who shares
/// which namespace with whom; why a container ended.
@Command(
        description =
                "Tell how a container was launched, what it shares with others and why it ended;"
                        + " or what a process is in")
public final class ExplainCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(names = "--json", description = "Print JSON")
    private boolean json;

    @Option(names = "--no-trunc", description = "Do not cut lines to the terminal's width")
    private boolean whole;

    @Option(
            names = "--exec",
            paramLabel = "ID",
            description = "Only this exec of the container: its id or the beginning of it")
    private String exec = "";

    @Parameters(
            arity = "1..*",
            paramLabel = "CONTAINER|PID",
            description = "Containers by name or id, processes by number")
    private List<String> subjects = new ArrayList<>();

    /// What is known of one subject.
    private sealed interface Found {
        record OfContainer(Explanation explanation) implements Found {}

        record OfExec(ExecExplanation explanation) implements Found {}

        record OfProcess(ProcessView process) implements Found {}
    }

    public ExplainCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        List<Found> found = new ArrayList<>();
        int status = 0;
        for (String subject : subjects) {
            try {
                found.add(find(subject));
            } catch (SampanException e) {
                context.err().println("Error: " + e.getMessage());
                status = 1;
            }
        }
        if (json) {
            context.out()
                    .println(Json.pretty(found.stream().map(ExplainCommand::document).toList()));
        } else {
            print(found);
        }
        if (status != 0) {
            throw new ExitException(status, "");
        }
        return status;
    }

    private void print(List<Found> found) {
        boolean terminal = context.caller().stdoutIsTerminal();
        ExplainText text =
                new ExplainText(
                        context.out(),
                        context.style(),
                        terminal && !whole ? context.caller().columns() : 0);
        String gap = "";
        for (Found one : found) {
            context.out().print(gap);
            gap = "\n";
            switch (one) {
                case Found.OfContainer(Explanation explanation) -> text.print(explanation);
                case Found.OfExec(ExecExplanation explanation) -> text.print(explanation);
                case Found.OfProcess(ProcessView process) -> text.print(process);
            }
        }
    }

    private static Object document(Found found) {
        return switch (found) {
            case Found.OfContainer(Explanation explanation) -> ExplainDoc.of(explanation);
            case Found.OfExec(ExecExplanation explanation) -> ExplainDoc.of(explanation);
            case Found.OfProcess(ProcessView process) -> ExplainDoc.of(process);
        };
    }

    /// A container of that name comes before a process of that number.
    private Found find(String subject) {
        ExplainService explanations = context.engine().explanations();
        if (!exec.isEmpty()) {
            return new Found.OfExec(explanations.exec(subject, exec));
        }
        try {
            return new Found.OfContainer(explanations.container(subject));
        } catch (SampanException e) {
            if (e.code() != ErrorCode.NOT_FOUND || !subject.matches("[0-9]{1,9}")) {
                throw e;
            }
        }
        return new Found.OfProcess(explanations.process(Integer.parseInt(subject)));
    }
}

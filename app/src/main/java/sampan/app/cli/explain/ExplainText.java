package sampan.app.cli.explain;

import java.io.PrintStream;
import java.time.Instant;
import java.util.List;
import sampan.app.cli.Style;
import sampan.app.cli.Table;
import sampan.engine.containers.Container;
import sampan.engine.services.ExecService.Exec;
import sampan.engine.services.ExplainService.ExecExplanation;
import sampan.engine.services.ExplainService.Explanation;
import sampan.engine.services.ExplainService.ProcessView;
import sampan.engine.services.ExplainService.Shared;
import sampan.engine.tasks.LaunchRecord;
import sampan.runtime.plan.PlanListing;

/// An explanation for people. On a terminal lines are cut to its width.
final class ExplainText {
    private static final int NAME_WIDTH = 8;
    private static final int BRIEF = 12;

    private final PrintStream out;
    private final Style style;
    private final int width;

    /// @param width of the terminal; 0: lines stay whole
    ExplainText(PrintStream out, Style style, int width) {
        this.out = out;
        this.style = style;
        this.width = width;
    }

    void print(Explanation explanation) {
        Container c = explanation.container();
        out.println(style.bold("Container " + c.name()) + " (" + c.id().brief() + ")");
        line("image", c.spec().image());
        line("program", program(c));
        List<String> end = EndWords.of(c, explanation.stopped());
        end.forEach(sentence -> line(sentence.equals(end.getFirst()) ? "it" : "", sentence));
        c.startedAt().ifPresent(at -> line("started", at.toString()));
        c.finishedAt().ifPresent(at -> line("ended", at.toString()));
        explanation.launch().ifPresent(launch -> line("cgroup", launch.cgroup()));
        for (Container.EndpointView endpoint : c.endpoints()) {
            line(
                    "network",
                    endpoint.network()
                            + ", address "
                            + endpoint.address()
                            + "/"
                            + endpoint.prefixLength()
                            + ", gateway "
                            + endpoint.gateway()
                            + ", "
                            + endpoint.macAddress());
        }
        explanation
                .process()
                .ifPresent(process -> {
                    out.println();
                    process(process);
                });
        explanation.launch().ifPresent(this::launch);
        execs(explanation.execs());
    }

    private void execs(List<ExecExplanation> execs) {
        if (execs.isEmpty()) {
            return;
        }
        out.println();
        out.println(style.bold("Execs") + ", each explained by --exec ID");
        for (ExecExplanation each : execs) {
            String text =
                    each.exec().id().substring(0, BRIEF)
                            + "  "
                            + program(each.exec())
                            + "  "
                            + end(each);
            out.println("  " + cut(text, 2));
        }
    }

    /// An exec alone.
    void print(ExecExplanation explanation) {
        Exec exec = explanation.exec();
        out.println(style.bold("Exec " + exec.id().substring(0, BRIEF)));
        line("program", program(exec));
        line("it", end(explanation));
        line("cgroup", explanation.launch().cgroup());
        launch(explanation.launch());
    }

    private static String program(Exec exec) {
        return Table.clean(String.join(" ", exec.spec().command()));
    }

    private static String end(ExecExplanation explanation) {
        Exec exec = explanation.exec();
        if (explanation.launch().failure().isPresent()) {
            return "did not start";
        }
        return exec.running()
                ? "runs, as process " + exec.pid()
                : exec.exitCode().map(code -> "ended with exit code " + code).orElse("begins");
    }

    private static String program(Container c) {
        StringBuilder text = new StringBuilder(c.path());
        c.arguments().forEach(argument -> text.append(' ').append(argument));
        return Table.clean(text.toString());
    }

    /// A process alone.
    void print(ProcessView process) {
        out.println(style.bold("Process " + process.pid()));
        line("program", Table.clean(process.command()));
        line("uid", Integer.toString(process.uid()));
        line(
                "belongs",
                process.container().map(c -> "to container " + c).orElse("to no container"));
        out.println();
        process(process);
    }

    private void process(ProcessView process) {
        out.println(style.bold("Namespaces"));
        for (Shared shared : process.namespaces()) {
            line(shared.id().kind().procName(), shared.id() + "  " + sharing(shared));
        }
        out.println();
        out.println(style.bold("Cgroups"));
        process.cgroups().forEach(cgroup -> out.println("  " + cut(cgroup, 2)));
    }

    private static String sharing(Shared shared) {
        if (shared.hosts()) {
            return "the host's";
        }
        return shared.with().isEmpty()
                ? "its own"
                : "shared with " + String.join(", ", shared.with());
    }

    private void launch(LaunchRecord launch) {
        PlanListing listing = launch.listing();
        out.println();
        out.println(
                style.bold("Launch plan")
                        + " of "
                        + listing.steps().size()
                        + " steps, begun "
                        + at(launch.at()));
        for (int slot = 0; slot < launch.slots().size(); slot++) {
            out.println("  #" + slot + " is given: " + launch.slots().get(slot));
        }
        int failed = launch.failure().map(f -> f.step()).orElse(Integer.MAX_VALUE);
        String stage = "";
        for (PlanListing.Step step : listing.steps()) {
            if (!step.stage().word().equals(stage)) {
                stage = step.stage().word();
                out.println("  " + style.dim("in the " + place(stage)));
            }
            step(step, failed);
            if (step.number() == failed) {
                launch.failure()
                        .ifPresent(
                                f -> out.println("  " + style.red("      " + EndWords.failure(f))));
            }
        }
        if (failed >= listing.steps().size() && launch.failure().isPresent()) {
            out.println("  " + style.red(EndWords.failure(launch.failure().get())));
        }
    }

    private static String at(Instant time) {
        return time.toString();
    }

    private static String place(String stage) {
        return switch (stage) {
            case "monitor" -> "launcher, which becomes the monitor";
            case "parent" -> "launcher, while the new process waits";
            default -> "new process";
        };
    }

    private void step(PlanListing.Step step, int failed) {
        String number = String.format("%4d  ", step.number());
        String text = cut(step.text(), number.length() + 2);
        if (step.number() == failed) {
            out.println("  " + style.red(number + text));
        } else if (step.number() > failed) {
            out.println("  " + style.dim(number + text + " (not reached)"));
        } else {
            out.println("  " + style.dim(number) + text);
        }
    }

    private void line(String name, String text) {
        out.println("  " + Table.padded(name, NAME_WIDTH) + " " + cut(text, NAME_WIDTH + 3));
    }

    private String cut(String text, int used) {
        int room = width - used;
        String clean = Table.clean(text);
        return width == 0 || room < 2 || clean.length() <= room
                ? clean
                : clean.substring(0, room - 1) + "…";
    }
}

package sampan.app.cli.explain;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import sampan.engine.containers.Container;
import sampan.engine.services.ExecService.Exec;
import sampan.engine.services.ExplainService.ExecExplanation;
import sampan.engine.services.ExplainService.Explanation;
import sampan.engine.services.ExplainService.ProcessView;
import sampan.engine.services.ExplainService.Shared;
import sampan.engine.tasks.LaunchRecord;
import sampan.linux.sys.ErrorWords;
import sampan.runtime.monitor.StepFailure;
import sampan.runtime.plan.PlanListing;

/// An explanation for programs.
final class ExplainDoc {
    private ExplainDoc() {}

    static Map<String, Object> of(Explanation explanation) {
        Container c = explanation.container();
        Map<String, Object> doc = new LinkedHashMap<>();
        doc.put("Id", c.id().value());
        doc.put("Name", c.name());
        doc.put("Image", c.spec().image());
        doc.put("Path", c.path());
        doc.put("Args", c.arguments());
        doc.put("Status", c.status().word());
        doc.put("ExitCode", c.exitCode());
        doc.put("OOMKilled", c.oomKilled());
        doc.put("Error", c.error());
        doc.put("StopRequested", explanation.stopped());
        doc.put("Why", String.join("; ", EndWords.of(c, explanation.stopped())));
        c.startedAt().ifPresent(at -> doc.put("StartedAt", at.toString()));
        c.finishedAt().ifPresent(at -> doc.put("FinishedAt", at.toString()));
        doc.put("Endpoints", c.endpoints());
        explanation.process().ifPresent(process -> doc.put("Process", of(process)));
        explanation.launch().ifPresent(launch -> doc.put("Launch", launch(launch)));
        doc.put("Execs", explanation.execs().stream().map(ExplainDoc::of).toList());
        return doc;
    }

    static Map<String, Object> of(ExecExplanation explanation) {
        Exec exec = explanation.exec();
        Map<String, Object> doc = new LinkedHashMap<>();
        doc.put("Id", exec.id());
        doc.put("Container", exec.containerId());
        doc.put("Command", exec.spec().command());
        doc.put("Running", exec.running());
        doc.put("Pid", exec.pid());
        exec.exitCode().ifPresent(code -> doc.put("ExitCode", code));
        doc.put("Launch", launch(explanation.launch()));
        return doc;
    }

    static Map<String, Object> of(ProcessView process) {
        Map<String, Object> doc = new LinkedHashMap<>();
        doc.put("Pid", process.pid());
        doc.put("Command", process.command());
        doc.put("Uid", process.uid());
        process.container().ifPresent(name -> doc.put("Container", name));
        doc.put("Namespaces", process.namespaces().stream().map(ExplainDoc::shared).toList());
        doc.put("Cgroups", process.cgroups());
        return doc;
    }

    private static Map<String, Object> shared(Shared shared) {
        Map<String, Object> doc = new LinkedHashMap<>();
        doc.put("Type", shared.id().kind().procName());
        doc.put("Inode", shared.id().inode());
        doc.put("Host", shared.hosts());
        doc.put("With", shared.with());
        return doc;
    }

    private static Map<String, Object> launch(LaunchRecord launch) {
        Map<String, Object> doc = new LinkedHashMap<>();
        doc.put("At", launch.at().toString());
        doc.put("Cgroup", launch.cgroup());
        doc.put("Slots", launch.slots());
        List<Map<String, Object>> steps =
                launch.listing().steps().stream().map(ExplainDoc::step).toList();
        doc.put("Steps", steps);
        launch.failure().ifPresent(failure -> doc.put("Failure", failure(failure)));
        return doc;
    }

    private static Map<String, Object> step(PlanListing.Step step) {
        Map<String, Object> doc = new LinkedHashMap<>();
        doc.put("Step", step.number());
        doc.put("Stage", step.stage().word());
        doc.put("Call", step.op().name());
        doc.put("Arguments", step.arguments());
        doc.put("Flags", step.flags());
        return doc;
    }

    private static Map<String, Object> failure(StepFailure failure) {
        Map<String, Object> doc = new LinkedHashMap<>();
        doc.put("Step", failure.step());
        doc.put("Call", failure.call());
        doc.put("Stage", failure.stage());
        doc.put("Errno", failure.errno());
        doc.put("ErrorName", ErrorWords.name(failure.errno()));
        doc.put("Path", failure.path());
        doc.put("Detail", failure.detail());
        return doc;
    }
}

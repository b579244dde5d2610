package sampan.engine.build.execute;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sampan.engine.build.syntax.Command;
import sampan.engine.containers.ContainerSpec;
import sampan.engine.containers.LifecycleSpec;
import sampan.engine.containers.LifecycleSpec.RestartPolicy;
import sampan.engine.containers.NamespaceSpec;
import sampan.engine.containers.NetworkSpec;
import sampan.engine.containers.ProcessSpec;
import sampan.engine.containers.SecuritySpec;
import sampan.engine.containers.StorageSpec;
import sampan.engine.services.BuildRequest;

/// The container of a RUN step.
final class StepSpec {
    private final StageRun stage;
    private final Command.Run run;
    private final RunMounts mounts;
    private final BuildRequest.Running settings;

    StepSpec(StageRun stage, Command.Run run, RunMounts mounts) {
        this.stage = stage;
        this.run = run;
        this.mounts = mounts;
        this.settings = stage.build.request.running();
    }

    ContainerSpec make(List<String> words) {
        return new ContainerSpec(
                stage.state.stepId(),
                process(words),
                new NamespaceSpec("", "", "", "", "", "", ""),
                security(),
                settings.resources(),
                storage(),
                network(),
                lifecycle(),
                Map.of(),
                StepContainers.annotations());
    }

    private ProcessSpec process(List<String> words) {
        List<String> environment = new ArrayList<>(stage.environment());
        environment.addAll(mounts.environment());
        return new ProcessSpec(
                Optional.of(List.of()),
                Optional.of(words),
                environment,
                stage.state.config.workingDir(),
                stage.state.config.user(),
                false,
                false,
                false,
                false,
                true,
                true,
                0,
                0);
    }

    private SecuritySpec security() {
        return new SecuritySpec(
                run.security().equals("insecure"),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                false,
                Map.of(),
                Optional.empty(),
                Optional.empty());
    }

    private StorageSpec storage() {
        return new StorageSpec(
                mounts.requests(),
                List.of(),
                mounts.tmpfs(),
                List.of(),
                settings.shmSize(),
                Map.of(),
                "");
    }

    private NetworkSpec network() {
        String wanted = settings.network().isEmpty() ? "default" : settings.network();
        String own = run.network();
        return new NetworkSpec(
                own.isEmpty() || own.equals("default") ? wanted : own,
                false,
                List.of(),
                Map.of(),
                false,
                List.of(),
                List.of(),
                List.of(),
                settings.extraHosts(),
                "",
                "",
                List.of(),
                List.of());
    }

    static LifecycleSpec lifecycle() {
        return new LifecycleSpec(
                RestartPolicy.NO,
                false,
                false,
                "",
                Optional.empty(),
                Optional.empty(),
                "",
                "none",
                Map.of(),
                "");
    }
}

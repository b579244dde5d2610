package sampan.engine.testing;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sampan.engine.containers.ContainerSpec;
import sampan.engine.containers.LifecycleSpec;
import sampan.engine.containers.NamespaceSpec;
import sampan.engine.containers.NetworkSpec;
import sampan.engine.containers.ProcessSpec;
import sampan.engine.containers.ResourceSpec;
import sampan.engine.containers.SecuritySpec;
import sampan.engine.containers.StorageSpec;

/// Container specs for tests, a part at a time. Mutable, for one test.
public final class Specs {
    public String image = "busybox";
    public Optional<List<String>> entrypoint = Optional.empty();
    public Optional<List<String>> command = Optional.empty();
    public List<String> env = List.of();
    public String workingDir = "";
    public String user = "";
    public boolean tty;
    public boolean openStdin;
    public boolean stdinOnce;
    public NamespaceSpec namespaces = new NamespaceSpec("", "", "", "", "", "", "");
    public SecuritySpec security =
            new SecuritySpec(
                    false,
                    List.of(),
                    List.of(),
                    List.of(),
                    List.of(),
                    false,
                    Map.of(),
                    Optional.empty(),
                    Optional.empty());
    public ResourceSpec resources = ResourceSpec.none();
    public StorageSpec storage =
            new StorageSpec(List.of(), List.of(), Map.of(), List.of(), 0, Map.of(), "");
    public NetworkSpec networkSpec =
            new NetworkSpec(
                    "none", false, List.of(), Map.of(), false, List.of(), List.of(), List.of(),
                    List.of(), "", "", List.of(), List.of());
    public boolean autoRemove;
    public boolean init;
    public String stopSignal = "";
    public Optional<Duration> stopTimeout = Optional.empty();
    public LifecycleSpec.RestartPolicy restart = LifecycleSpec.RestartPolicy.NO;
    public Optional<LifecycleSpec.HealthCheck> healthCheck = Optional.empty();
    public String logDriver = "";
    public Map<String, String> logOptions = Map.of();
    public Map<String, String> labels = Map.of();

    public static Specs run(String... command) {
        Specs specs = new Specs();
        specs.command = Optional.of(List.of(command));
        return specs;
    }

    /// Runs it by `sh -c`.
    public static Specs shell(String script) {
        return run("sh", "-c", script);
    }

    public ContainerSpec spec() {
        return new ContainerSpec(
                image,
                new ProcessSpec(
                        entrypoint,
                        command,
                        env,
                        workingDir,
                        user,
                        tty,
                        openStdin,
                        stdinOnce,
                        false,
                        true,
                        true,
                        0,
                        0),
                namespaces,
                security,
                resources,
                storage,
                networkSpec,
                new LifecycleSpec(
                        restart,
                        autoRemove,
                        init,
                        stopSignal,
                        stopTimeout,
                        healthCheck,
                        "",
                        logDriver,
                        logOptions,
                        ""),
                labels,
                Map.of());
    }
}

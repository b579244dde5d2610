package sampan.engine.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import sampan.engine.containers.LifecycleSpec.RestartPolicy;
import sampan.engine.testing.Specs;

class SpecCheckTest {
    private static final HostLimits HOST = HostLimits.complete(2);

    private static List<String> check(Consumer<Specs> change) {
        Specs specs = Specs.run("true");
        change.accept(specs);
        return SpecCheck.check(HOST, specs.spec(), specs.spec());
    }

    private static void refused(Consumer<Specs> change, String text) {
        assertThatThrownBy(() -> check(change)).hasMessageContaining(text);
    }

    private static NetworkSpec network(
            String mode, Map<String, List<NetworkSpec.PortBinding>> ports) {
        return new NetworkSpec(
                mode, false, List.of(), ports, false, List.of(), List.of(), List.of(), List.of(),
                "", "", List.of(), List.of());
    }

    @Test
    void plainOneIsRight() {
        assertThat(check(_ -> {})).isEmpty();
    }

    @Test
    void processIsChecked() {
        refused(s -> s.env = List.of("=x"), "invalid environment variable: =x");
        refused(s -> s.workingDir = "rel", "the working directory 'rel' is invalid");
        refused(s -> s.stopSignal = "SIGNOPE", "invalid signal: SIGNOPE");
    }

    @Test
    void optionsThatExcludeEachOther() {
        refused(
                s -> {
                    s.autoRemove = true;
                    s.restart = new RestartPolicy("always", 0);
                },
                "can't create 'AutoRemove' container with restart policy");
        refused(
                s -> {
                    s.networkSpec = network("container:x", Map.of());
                    s.namespaces = new NamespaceSpec("", "", "", "", "", "me", "");
                },
                "conflicting options: hostname and the network mode");
        refused(
                s ->
                        s.networkSpec =
                                network(
                                        "container:x",
                                        Map.of(
                                                "80/tcp",
                                                List.of(new NetworkSpec.PortBinding("", "80")))),
                "conflicting options: port publishing and the container type network mode");
        refused(
                s -> s.namespaces = new NamespaceSpec("", "", "host", "", "", "me", ""),
                "conflicting options: hostname and the UTS mode");
    }

    @Test
    void restartPoliciesAreKnown() {
        refused(
                s -> s.restart = new RestartPolicy("sometimes", 0),
                "unknown policy 'sometimes'; use one of 'no', 'always'");
        refused(
                s -> s.restart = new RestartPolicy("always", 3),
                "maximum retry count can only be used with 'on-failure'");
        refused(
                s -> s.restart = new RestartPolicy("on-failure", -1),
                "maximum retry count cannot be negative");
    }

    @Test
    void modesAreWords() {
        refused(
                s -> s.namespaces = new NamespaceSpec("all", "", "", "", "", "", ""),
                "invalid PID mode: all");
        refused(
                s -> s.namespaces = new NamespaceSpec("", "container:", "", "", "", "", ""),
                "invalid IPC mode");
    }

    @Test
    void portsAreInRange() {
        refused(
                s -> s.networkSpec = network("bridge", Map.of("70000/tcp", List.of())),
                "invalid port specification: \"70000/tcp\"");
        refused(
                s -> s.networkSpec = network("bridge", Map.of("80/icmp", List.of())),
                "invalid proto: icmp");
    }

    @Test
    void logOptionsAreKnown() {
        refused(s -> s.logDriver = "syslogger", "no log driver named 'syslogger' is registered");
        refused(
                s -> s.logOptions = Map.of("colour", "red"),
                "unknown log opt 'colour' for json-file log driver");
        refused(s -> s.logOptions = Map.of("max-size", "big"), "invalid value for max-size: big");
        LifecycleSpec life = new Specs().spec().lifecycle();
        assertThat(LogLimits.of(life)).isEqualTo(new LogLimits(-1, 1));
        Specs limited = new Specs();
        limited.logOptions = Map.of("max-size", "10m", "max-file", "3");
        assertThat(LogLimits.of(limited.spec().lifecycle())).isEqualTo(new LogLimits(10 << 20, 3));
    }

    @Test
    void sysctlsBelongToNamespaces() {
        refused(
                s -> s.security = sysctl("kernel.panic"),
                "sysctl 'kernel.panic' is not whitelisted");
        assertThat(check(s -> s.security = sysctl("net.core.somaxconn"))).isEmpty();
        refused(
                s -> {
                    s.security = sysctl("net.core.somaxconn");
                    s.networkSpec = network("host", Map.of());
                },
                "host network namespace is used");
    }

    private static SecuritySpec sysctl(String name) {
        return new SecuritySpec(
                false,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                false,
                Map.of(name, "1"),
                Optional.empty(),
                Optional.empty());
    }

    @Test
    void limitsMakeSense() {
        refused(s -> s.resources = memory(1 << 20, 0), "Minimum memory limit allowed is 6MB");
        refused(
                s -> s.resources = memory(64 << 20, 32 << 20),
                "Minimum memoryswap limit should be larger than memory limit");
        refused(
                s -> s.resources = memory(0, 64 << 20),
                "You should always set the Memory limit when using Memoryswap limit");
        refused(
                s -> s.resources = cpus(3_000_000_000L, 0, ""),
                "range of CPUs is from 0.01 to 2.00");
        refused(
                s -> s.resources = cpus(1_000_000_000L, 50_000, ""),
                "Conflicting options: Nano CPUs and CPU Period");
        refused(
                s -> s.resources = cpus(0, 0, "0-7"),
                "Requested CPUs are not available - requested 0-7, available: 0-1");
        refused(s -> s.resources = cpus(0, 0, "x"), "Invalid value x for cpuset cpus");
    }

    private static ResourceSpec memory(long memory, long swap) {
        return resources(memory, swap, 0, 0, "");
    }

    private static ResourceSpec cpus(long nano, long period, String set) {
        return resources(0, 0, nano, period, set);
    }

    private static ResourceSpec resources(
            long memory, long swap, long nano, long period, String cpus) {
        return new ResourceSpec(
                memory,
                0,
                swap,
                -1,
                false,
                0,
                nano,
                period,
                0,
                0,
                0,
                cpus,
                "",
                Optional.empty(),
                0,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                "",
                0);
    }

    @Test
    void securityOptionsAreKnown() {
        refused(s -> s.security = option("magic=on"), "invalid --security-opt 2: \"magic=on\"");
        assertThat(check(s -> s.security = option("apparmor=mine")))
                .singleElement()
                .asString()
                .contains("apparmor option has no effect");
        assertThat(check(s -> s.security = option("apparmor=unconfined"))).isEmpty();
        assertThat(check(s -> s.security = option("label=disable"))).isEmpty();
    }

    private static SecuritySpec option(String option) {
        return new SecuritySpec(
                false,
                List.of(),
                List.of(),
                List.of(option),
                List.of(),
                false,
                Map.of(),
                Optional.empty(),
                Optional.empty());
    }
}

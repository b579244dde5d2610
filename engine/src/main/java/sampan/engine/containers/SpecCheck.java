package sampan.engine.containers;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import sampan.engine.containers.LifecycleSpec.HealthCheck;
import sampan.engine.containers.LifecycleSpec.RestartPolicy;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.process.Signals;

/// Whether a request to make a container is right in itself: every field, and which exclude each
/// other. INVALID with Docker's words where not. What this build does not do is UNSUPPORTED with
/// the field's name; nothing is accepted and then forgotten.
public final class SpecCheck {
    private static final Set<String> POLICIES =
            Set.of("", "no", "always", "on-failure", "unless-stopped");
    private static final Set<String> LOG_DRIVERS = Set.of("", "json-file", "local", "none");
    private static final Set<String> JSON_FILE_OPTIONS =
            Set.of(
                    "max-size",
                    "max-file",
                    "compress",
                    "labels",
                    "labels-regex",
                    "env",
                    "env-regex",
                    "tag",
                    "mode",
                    "max-buffer-size");
    private static final Pattern PORT = Pattern.compile("([0-9]{1,5})(?:-([0-9]{1,5}))?(/[a-z]+)?");
    private static final int PORT_MAX = 65535;

    private final ContainerSpec spec;
    private final List<String> warnings = new ArrayList<>();

    private SpecCheck(ContainerSpec spec) {
        this.spec = spec;
    }

    /// Checks a spec into which the image's settings were merged already; returns warnings.
    ///
    /// @param wanted the spec before the merge: what the caller asked for by name
    public static List<String> check(HostLimits host, ContainerSpec spec, ContainerSpec wanted) {
        SpecCheck check = new SpecCheck(spec);
        check.process();
        check.lifecycle(host, wanted);
        check.network();
        check.namespaces();
        check.security();
        check.warnings.addAll(ResourceCheck.check(host, spec.resources(), false));
        return List.copyOf(check.warnings);
    }

    private void process() {
        ProcessSpec process = spec.process();
        for (String entry : process.env()) {
            require(
                    !entry.isEmpty() && !entry.startsWith("="),
                    "invalid environment variable: " + entry);
            require(entry.indexOf('\0') < 0, "environment variable contains a zero byte");
        }
        require(
                process.workingDir().isEmpty() || process.workingDir().startsWith("/"),
                "the working directory '"
                        + process.workingDir()
                        + "' is invalid, it needs to be an absolute path");
    }

    private void lifecycle(HostLimits host, ContainerSpec wanted) {
        LifecycleSpec life = spec.lifecycle();
        restart(life.restart());
        require(
                !life.autoRemove() || !restarts(life.restart()),
                "can't create 'AutoRemove' container with restart policy");
        if (!life.stopSignal().isEmpty()) {
            signal(life.stopSignal());
        }
        wanted.lifecycle().healthCheck().ifPresent(SpecCheck::health);
        require(
                life.runtime().isEmpty() || host.runtimes().contains(life.runtime()),
                "unknown or invalid runtime name: " + life.runtime());
        logs(life);
        require(spec.storage().shmSize() >= 0, "SHM size can not be less than 0");
    }

    /// The number of a signal; INVALID `invalid signal: TEXT`.
    public static int signal(String text) {
        return Signals.parse(text)
                .orElseThrow(() -> SampanException.invalid("invalid signal: " + text));
    }

    /// The number of a signal for a container; INVALID in Docker's words, which name the container.
    ///
    /// @param verb what was asked for: kill or stop
    public static int signal(String text, String verb, String reference) {
        String where = "cannot " + verb + " container: " + reference + ": ";
        if (text.matches("[1-9][0-9]{0,8}") && Signals.parse(text).isEmpty()) {
            throw SampanException.invalid(
                    where + "the linux daemon does not support signal " + text);
        }
        return Signals.parse(text)
                .orElseThrow(() -> SampanException.invalid(where + "invalid signal: " + text));
    }

    private static boolean restarts(RestartPolicy policy) {
        return !policy.name().isEmpty() && !policy.name().equals("no");
    }

    /// The restart policy alone, as update changes it too.
    public static void restart(RestartPolicy policy) {
        require(
                POLICIES.contains(policy.name()),
                "invalid restart policy: unknown policy '"
                        + policy.name()
                        + "'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'");
        require(
                policy.maximumRetryCount() >= 0,
                "invalid restart policy: maximum retry count cannot be negative");
        require(
                policy.maximumRetryCount() == 0 || policy.name().equals("on-failure"),
                "invalid restart policy: maximum retry count can only be used with 'on-failure'");
    }

    private static void health(HealthCheck check) {
        duration("Interval", check.interval());
        duration("Timeout", check.timeout());
        duration("StartPeriod", check.startPeriod());
        duration("StartInterval", check.startInterval());
        require(check.retries() >= 0, "Retries in Healthcheck cannot be negative");
        if (!check.test().isEmpty() && !check.test().getFirst().equals("NONE")) {
            String kind = check.test().getFirst();
            require(
                    kind.equals("CMD") || kind.equals("CMD-SHELL"),
                    "Unknown/Unsupported probe type '" + kind + "' in healthcheck");
        }
    }

    private static void duration(String name, Duration value) {
        require(
                value.isZero() || value.compareTo(Duration.ofMillis(1)) >= 0,
                name + " in Healthcheck cannot be less than 1ms");
    }

    private static void logs(LifecycleSpec life) {
        require(
                LOG_DRIVERS.contains(life.logDriver()),
                "logger: no log driver named '" + life.logDriver() + "' is registered");
        if (life.logDriver().equals("none")) {
            return;
        }
        for (String option : life.logOptions().keySet()) {
            require(
                    JSON_FILE_OPTIONS.contains(option),
                    "unknown log opt '" + option + "' for " + driver(life) + " log driver");
        }
        LogLimits.of(life);
    }

    private static String driver(LifecycleSpec life) {
        return life.logDriver().isEmpty() ? "json-file" : life.logDriver();
    }

    private void network() {
        NetworkSpec network = spec.network();
        String mode = network.mode();
        boolean joined = mode.startsWith("container:");
        boolean host = mode.equals("host");
        require(
                !mode.equals("container:"),
                "invalid network mode: invalid container format container:<name|id>");
        require(
                !(joined || host) || network.links().isEmpty(),
                host
                        ? "conflicting options: host type networking can't be used with links. This"
                                + " would result in undefined behavior"
                        : "conflicting options: container type network can't be used with links."
                                + " This would result in undefined behavior");
        if (joined) {
            joined(network);
        }
        network.portBindings()
                .forEach((port, bindings) -> {
                    port(port);
                    bindings.forEach(b -> hostPort(b.hostPort()));
                });
        network.exposedPorts().forEach(SpecCheck::port);
        for (String entry : network.extraHosts()) {
            int colon = entry.indexOf(':');
            require(
                    colon > 0 && colon < entry.length() - 1,
                    "bad format for add-host: \"" + entry + "\"");
        }
        if (!network.links().isEmpty()) {
            throw unsupported("links are not supported: use a network of your own with names");
        }
    }

    private void joined(NetworkSpec network) {
        require(
                spec.namespaces().hostname().isEmpty(),
                "conflicting options: hostname and the network mode");
        require(network.dns().isEmpty(), "conflicting options: dns and the network mode");
        require(
                network.extraHosts().isEmpty(),
                "conflicting options: custom host-to-IP mapping and the network mode");
        require(
                network.macAddress().isEmpty(),
                "conflicting options: mac-address and the network mode");
        require(
                network.portBindings().isEmpty() && !network.publishAll(),
                "conflicting options: port publishing and the container type network mode");
        require(
                network.exposedPorts().isEmpty(),
                "conflicting options: port exposing and the container type network mode");
    }

    /// PORT, PORT/PROTOCOL or FIRST-LAST/PROTOCOL.
    private static void port(String text) {
        var parts = PORT.matcher(text);
        require(
                parts.matches()
                        && inRange(parts.group(1))
                        && (parts.group(2) == null || inRange(parts.group(2))),
                "invalid port specification: \"" + text + "\"");
        String protocol = parts.group(3) == null ? "/tcp" : parts.group(3);
        require(
                Set.of("/tcp", "/udp", "/sctp").contains(protocol),
                "invalid proto: " + protocol.substring(1));
    }

    private static void hostPort(String text) {
        if (text.isEmpty()) {
            return;
        }
        var parts = PORT.matcher(text);
        require(
                parts.matches()
                        && parts.group(3) == null
                        && Integer.parseInt(parts.group(1)) <= PORT_MAX
                        && (parts.group(2) == null || inRange(parts.group(2))),
                "invalid port specification: \"" + text + "\"");
    }

    private static boolean inRange(String number) {
        int value = Integer.parseInt(number);
        return value >= 1 && value <= PORT_MAX;
    }

    private void namespaces() {
        NamespaceSpec names = spec.namespaces();
        require(
                mode(names.pid(), Set.of("", "private", "host"), true),
                "invalid PID mode: " + names.pid());
        require(
                mode(names.ipc(), Set.of("", "private", "shareable", "none", "host"), true),
                "invalid IPC mode: " + names.ipc());
        require(
                mode(names.uts(), Set.of("", "private", "host"), false),
                "invalid UTS mode: " + names.uts());
        require(
                mode(names.cgroup(), Set.of("", "private", "host"), false),
                "invalid cgroup namespace mode: " + names.cgroup());
        require(
                !names.uts().equals("host") || names.hostname().isEmpty(),
                "conflicting options: hostname and the UTS mode");
        require(
                !names.uts().equals("host") || names.domainname().isEmpty(),
                "conflicting options: domainname and the UTS mode");
        require(
                names.hostname().length() <= 64,
                "invalid hostname: longer than 64 characters: " + names.hostname());
        require(names.domainname().length() <= 64, "invalid domainname: longer than 64 characters");
        boolean remaps = remaps(names.userns());
        require(
                !(remaps && spec.network().mode().equals("host")),
                "cannot share the host's network namespace when user namespaces are enabled");
        require(
                !(remaps && names.pid().equals("host")),
                "cannot share the host PID namespace when user namespaces are enabled");
        require(
                !(spec.security().privileged() && remaps),
                "privileged mode is incompatible with user namespaces.  You must run the container"
                        + " in the host namespace when running privileged mode");
    }

    private static boolean remaps(String userns) {
        return !userns.isEmpty() && !userns.equals("host");
    }

    private static boolean mode(String value, Set<String> words, boolean joins) {
        return words.contains(value)
                || (joins && value.startsWith("container:") && value.length() > 10);
    }

    private void security() {
        for (Map.Entry<String, String> sysctl : spec.security().sysctls().entrySet()) {
            Optional<String> problem =
                    Sysctls.problem(sysctl.getKey(), spec.namespaces(), spec.network().mode());
            problem.ifPresent(text -> {
                throw SampanException.invalid(text);
            });
        }
        SecurityOptions.parse(spec.security());
        if (asks("apparmor", "unconfined")) {
            warnings.add("AppArmor is not used on this host: the apparmor option has no effect");
        }
        if (asks("label", "disable")) {
            warnings.add("SELinux is not used on this host: the label option has no effect");
        }
        if (!spec.storage().options().isEmpty()) {
            throw unsupported(
                    "storage option "
                            + spec.storage().options().keySet()
                            + " is not supported: the size of a writable layer cannot be limited");
        }
    }

    private boolean asks(String option, String off) {
        return spec.security().options().stream()
                .anyMatch(o -> o.startsWith(option + "=") && !o.equals(option + "=" + off));
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw SampanException.invalid(message);
        }
    }

    private static SampanException unsupported(String message) {
        return new SampanException(ErrorCode.UNSUPPORTED, message);
    }
}

package sampan.app.cli.containers;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import sampan.app.cli.CommandContext;
import sampan.app.cli.Words;
import sampan.app.cli.usage.UsageException;
import sampan.engine.containers.ContainerSpec;
import sampan.engine.containers.LifecycleSpec;
import sampan.engine.containers.LifecycleSpec.HealthCheck;
import sampan.engine.containers.LifecycleSpec.RestartPolicy;
import sampan.engine.containers.NamespaceSpec;
import sampan.engine.containers.NetworkSpec;
import sampan.engine.containers.ProcessSpec;
import sampan.engine.containers.SecuritySpec;
import sampan.engine.containers.StorageSpec;
import sampan.linux.files.FileIo;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;

/// Turns the flags of `run` and `create` into a spec. Files that flags name are opened by the
/// client.
final class SpecFromOptions {
    private static final int FILE_BYTES_MAX = 1 << 20;

    private final CommandContext context;
    private final ContainerOptions o;

    SpecFromOptions(CommandContext context, ContainerOptions options) {
        this.context = context;
        this.o = options;
    }

    /// @param detached nothing is attached
    ContainerSpec spec(boolean detached) {
        refuse();
        return new ContainerSpec(
                o.image,
                process(detached),
                new NamespaceSpec(
                        o.pid, o.ipc, o.uts, o.userns, o.cgroupns, o.hostname, o.domainname),
                security(),
                LimitSpec.of(o.limits),
                storage(),
                network(),
                lifecycle(),
                labels(),
                pairs("--annotation", o.annotations));
    }

    private void refuse() {
        refuse("--gpus", o.gpus);
        if (o.useApiSocket) {
            throw new UsageException(
                    "--use-api-socket is not supported: mount the socket with --volume");
        }
        if (o.remove && !List.of("no", "").contains(o.restart)) {
            throw new UsageException("conflicting options: cannot specify both --restart and --rm");
        }
        if (o.noHealthcheck && (!o.healthCmd.isEmpty() || o.healthRetries != 0)) {
            throw new UsageException("--no-healthcheck conflicts with --health-* options");
        }
        refuse("--ip6", o.ip6);
        refuse("--link-local-ip", String.join(",", o.linkLocalIp));
        refuse("--link", String.join(",", o.links));
        if (!o.isolation.isEmpty() && !o.isolation.equals("default")) {
            refuse("--isolation", o.isolation);
        }
        if (!List.of("missing", "never", "always").contains(o.pull)) {
            throw new UsageException(
                    "invalid pull option: '"
                            + o.pull
                            + "': must be one of \"always\", \"missing\" or \"never\"");
        }
        if (o.network.size() > 1) {
            throw new UsageException(
                    "--network "
                            + String.join(", ", o.network)
                            + ": one network at a time is supported");
        }
    }

    private static void refuse(String flag, String value) {
        if (!value.isEmpty()) {
            throw new UsageException(flag + " " + value + " is not supported");
        }
    }

    private ProcessSpec process(boolean detached) {
        boolean given = !o.attach.isEmpty();
        List<String> streams = o.attach.stream().map(a -> a.toLowerCase(Locale.ROOT)).toList();
        for (String stream : streams) {
            if (!List.of("stdin", "stdout", "stderr").contains(stream)) {
                throw UsageException.ofFlag(
                        "--attach", stream, "valid streams are STDIN, STDOUT and STDERR");
            }
        }
        boolean stdin = !detached && (given ? streams.contains("stdin") : o.interactive);
        return new ProcessSpec(
                entrypoint(),
                o.command.isEmpty() ? Optional.empty() : Optional.of(List.copyOf(o.command)),
                environment(),
                o.workdir,
                o.user,
                o.tty,
                o.interactive,
                o.interactive && !detached,
                stdin,
                !detached && (!given || streams.contains("stdout")),
                !detached && (!given || streams.contains("stderr")),
                o.tty && !detached ? context.caller().rows() : 0,
                o.tty && !detached ? context.caller().columns() : 0);
    }

    private Optional<List<String>> entrypoint() {
        if (o.entrypoint.equals(ContainerOptions.NOT_GIVEN)) {
            return Optional.empty();
        }
        return Optional.of(List.of(o.entrypoint));
    }

    private List<String> environment() {
        List<String> variables = new ArrayList<>();
        for (String path : o.envFile) {
            lines(path).forEach(line -> addVariable(variables, line));
        }
        o.env.forEach(variable -> addVariable(variables, variable));
        return variables;
    }

    /// A name without a value takes the caller's, where there is one.
    private void addVariable(List<String> variables, String text) {
        if (text.startsWith("=")) {
            throw new UsageException("invalid environment variable: " + text);
        }
        if (text.contains("=")) {
            variables.add(text);
        } else {
            Optional.ofNullable(context.caller().environment().get(text))
                    .ifPresent(value -> variables.add(text + "=" + value));
        }
    }

    private List<String> lines(String path) {
        try (Fd file = context.caller().open(path, Open.RDONLY, 0)) {
            return new String(FileIo.readFully(file, FILE_BYTES_MAX), StandardCharsets.UTF_8)
                    .lines()
                    .map(String::stripLeading)
                    .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                    .toList();
        }
    }

    private SecuritySpec security() {
        List<String> options = new ArrayList<>();
        for (String option : o.securityOpts) {
            boolean profile =
                    (option.startsWith("seccomp=") || option.startsWith("seccomp:"))
                            && !List.of("unconfined", "builtin").contains(option.substring(8));
            if (profile) {
                String path = option.substring(8);
                try (Fd file = context.caller().open(path, Open.RDONLY, 0)) {
                    options.add(
                            "seccomp="
                                    + new String(
                                            FileIo.readFully(file, FILE_BYTES_MAX),
                                            StandardCharsets.UTF_8));
                }
            } else {
                options.add(option);
            }
        }
        return new SecuritySpec(
                o.privileged,
                List.copyOf(o.capAdd),
                List.copyOf(o.capDrop),
                options,
                List.copyOf(o.groupAdd),
                o.readOnly,
                pairs("--sysctl", o.sysctls),
                Optional.empty(),
                Optional.empty());
    }

    private StorageSpec storage() {
        String here = context.caller().workingDirectory();
        List<StorageSpec.MountRequest> mounts = new ArrayList<>();
        List<String> anonymous = new ArrayList<>();
        for (String volume : o.volumes) {
            if (volume.contains(":")) {
                mounts.add(MountSpec.volume(volume, here));
            } else {
                anonymous.add(volume);
            }
        }
        o.mounts.forEach(mount -> mounts.add(MountSpec.mount(mount, here)));
        Map<String, String> tmpfs = new LinkedHashMap<>();
        for (String text : o.tmpfs) {
            int colon = text.indexOf(':');
            tmpfs.put(
                    colon < 0 ? text : text.substring(0, colon),
                    colon < 0 ? "" : text.substring(colon + 1));
        }
        return new StorageSpec(
                mounts,
                anonymous,
                tmpfs,
                List.copyOf(o.volumesFrom),
                o.shmSize.isEmpty() ? 0 : Words.bytes("--shm-size", o.shmSize),
                pairs("--storage-opt", o.storageOpts),
                o.volumeDriver);
    }

    private NetworkSpec network() {
        PortSpec ports = PortSpec.of(o.publish, o.expose);
        return new NetworkSpec(
                o.network.isEmpty() ? "default" : o.network.getFirst(),
                false,
                ports.exposed(),
                ports.bindings(),
                o.publishAll,
                List.copyOf(o.dns),
                List.copyOf(o.dnsOptions),
                List.copyOf(o.dnsSearch),
                o.addHost.stream().map(host -> host.replaceFirst("=", ":")).toList(),
                o.macAddress,
                o.ip,
                List.copyOf(o.networkAlias),
                List.of());
    }

    private LifecycleSpec lifecycle() {
        return new LifecycleSpec(
                restart(o.restart),
                o.remove,
                o.init,
                o.stopSignal,
                o.stopTimeout.isEmpty() ? Optional.empty() : Optional.of(seconds(o.stopTimeout)),
                health(),
                o.runtime,
                o.logDriver,
                pairs("--log-opt", o.logOpts),
                o.cidfile);
    }

    static RestartPolicy restart(String text) {
        int colon = text.indexOf(':');
        String name = colon < 0 ? text : text.substring(0, colon);
        try {
            return new RestartPolicy(
                    name, colon < 0 ? 0 : Integer.parseInt(text.substring(colon + 1)));
        } catch (NumberFormatException e) {
            throw new UsageException(
                    "invalid restart policy format: maximum retry count must be an integer");
        }
    }

    private static Duration seconds(String text) {
        try {
            return Duration.ofSeconds(Long.parseLong(text));
        } catch (NumberFormatException e) {
            throw UsageException.ofFlag(
                    "--stop-timeout", text, "parsing \"" + text + "\": invalid syntax");
        }
    }

    private Optional<HealthCheck> health() {
        if (o.noHealthcheck) {
            return Optional.of(check(List.of("NONE")));
        }
        return o.healthCmd.isEmpty()
                ? Optional.empty()
                : Optional.of(check(List.of("CMD-SHELL", o.healthCmd)));
    }

    private HealthCheck check(List<String> test) {
        return new HealthCheck(
                test,
                Words.time("--health-interval", o.healthInterval),
                Words.time("--health-timeout", o.healthTimeout),
                Words.time("--health-start-period", o.healthStartPeriod),
                Words.time("--health-start-interval", o.healthStartInterval),
                o.healthRetries);
    }

    private Map<String, String> labels() {
        Map<String, String> labels = new LinkedHashMap<>();
        for (String path : o.labelFile) {
            labels.putAll(pairs("--label-file", lines(path)));
        }
        labels.putAll(pairs("--label", o.labels));
        return labels;
    }

    private static Map<String, String> pairs(String option, List<String> texts) {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String text : texts) {
            int equals = text.indexOf('=');
            if (equals == 0) {
                throw UsageException.ofFlag(option, text, "give NAME=VALUE");
            }
            pairs.put(
                    equals < 0 ? text : text.substring(0, equals),
                    equals < 0 ? "" : text.substring(equals + 1));
        }
        return pairs;
    }
}

package sampan.engine.images;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import sampan.engine.build.syntax.Command;
import sampan.engine.build.syntax.Command.HealthOptions;
import sampan.engine.build.syntax.Command.Pair;
import sampan.engine.build.syntax.Command.Program;
import sampan.engine.build.syntax.Words;
import sampan.engine.containers.LifecycleSpec.HealthCheck;
import sampan.engine.images.Image.ImageConfig;
import sampan.errors.SampanException;
import sampan.linux.process.Signals;

/// An image's config while Dockerfile instructions change it. Used by one thread.
public final class ConfigEdits {
    private static final List<String> DEFAULT_SHELL = List.of("/bin/sh", "-c");
    private static final int PORT_MAX = 65535;

    private final char escape;
    private boolean argsEscaped;
    private final Set<String> exposedPorts;
    private final Map<String, String> env = new LinkedHashMap<>();
    private final Set<String> volumes;
    private final Map<String, String> labels;
    private final List<String> onBuild;
    private String user;
    private List<String> entrypoint;
    private List<String> command;
    private String workingDir;
    private String stopSignal;
    private List<String> shell;
    private Optional<HealthCheck> healthCheck;
    private boolean commandSet;

    /// @param escape of the Dockerfile
    public ConfigEdits(ImageConfig base, char escape) {
        this.escape = escape;
        argsEscaped = base.argsEscaped();
        user = base.user();
        exposedPorts = new LinkedHashSet<>(base.exposedPorts());
        base.env().forEach(this::putEnv);
        entrypoint = base.entrypoint();
        command = base.command();
        volumes = new LinkedHashSet<>(base.volumes());
        workingDir = base.workingDir();
        labels = new LinkedHashMap<>(base.labels());
        stopSignal = base.stopSignal();
        onBuild = new ArrayList<>(base.onBuild());
        shell = base.shell();
        healthCheck = base.healthCheck();
    }

    private void putEnv(String line) {
        int equals = line.indexOf('=');
        env.put(
                equals > 0 ? line.substring(0, equals) : line,
                equals > 0 ? line.substring(equals + 1) : "");
    }

    /// Of the environment as it is now.
    public Optional<String> variable(String name) {
        return Optional.ofNullable(env.get(name));
    }

    public Map<String, String> environment() {
        return Map.copyOf(env);
    }

    public List<String> shell() {
        return shell.isEmpty() ? DEFAULT_SHELL : shell;
    }

    public String user() {
        return user;
    }

    /// Absolute; `/` where none is set.
    public String workingDir() {
        return workingDir.isEmpty() ? "/" : workingDir;
    }

    public List<String> onBuild() {
        return List.copyOf(onBuild);
    }

    /// The triggers of a parent image were taken: its children do not have them.
    public void clearOnBuild() {
        onBuild.clear();
    }

    public void label(String name, String value) {
        labels.put(name, value);
    }

    /// Applies an instruction that changes nothing but the config; false for another.
    ///
    /// @param variables what `$NAME` stands for
    public boolean apply(Command wanted, Function<String, Optional<String>> variables) {
        Function<String, String> one = text -> Words.one(text, escape, variables);
        switch (wanted) {
            case Command.Env set -> env.putAll(pairs(set.pairs(), one));
            case Command.Label set -> labels.putAll(pairs(set.pairs(), one));
            case Command.Cmd set -> {
                command = words(set.program());
                commandSet = true;
                argsEscaped = true;
            }
            case Command.Entrypoint set -> {
                entrypoint = words(set.program());
                if (!commandSet) {
                    command = List.of();
                }
            }
            case Command.Expose set ->
                    set.ports().stream()
                            .flatMap(port -> Words.many(port, escape, variables).stream())
                            .forEach(port -> exposedPorts.addAll(ports(port)));
            case Command.Volume set ->
                    set.paths().stream().map(one).forEach(path -> volumes.add(volume(path)));
            case Command.User set -> user = one.apply(set.user());
            case Command.Workdir set -> workingDir = below(workingDir, one.apply(set.path()));
            case Command.StopSignal set -> stopSignal = signal(one.apply(set.signal()));
            case Command.Shell set -> shell = set.words();
            case Command.HealthCheck set -> healthCheck = Optional.of(health(set));
            case Command.OnBuild set -> onBuild.add(set.trigger());
            case Command.Maintainer _,
                    Command.Arg _,
                    Command.From _,
                    Command.Run _,
                    Command.Copy _ -> {
                return false;
            }
        }
        return true;
    }

    /// The JSON form as it stands, the shell form by the shell.
    public List<String> words(Program program) {
        if (!program.shell()) {
            return program.words();
        }
        List<String> line = new ArrayList<>(shell());
        line.addAll(program.words());
        return List.copyOf(line);
    }

    private static Map<String, String> pairs(List<Pair> pairs, Function<String, String> one) {
        Map<String, String> found = new LinkedHashMap<>();
        for (Pair pair : pairs) {
            String name = one.apply(pair.name());
            if (name.isEmpty()) {
                throw SampanException.invalid("names of variables and labels can not be blank");
            }
            found.put(name, one.apply(pair.value().orElse("")));
        }
        return found;
    }

    private static String volume(String path) {
        if (path.isBlank()) {
            throw SampanException.invalid("VOLUME specified can not be an empty string");
        }
        return path;
    }

    private static String signal(String text) {
        if (Signals.parse(text).isEmpty()) {
            throw SampanException.invalid("invalid signal: " + text);
        }
        return text;
    }

    private HealthCheck health(Command.HealthCheck set) {
        HealthOptions options = set.options();
        return new HealthCheck(
                test(set),
                Duration.ofNanos(options.interval()),
                Duration.ofNanos(options.timeout()),
                Duration.ofNanos(options.startPeriod()),
                Duration.ofNanos(options.startInterval()),
                options.retries());
    }

    private static List<String> test(Command.HealthCheck set) {
        if (set.none()) {
            return List.of("NONE");
        }
        List<String> test = new ArrayList<>();
        test.add(set.program().shell() ? "CMD-SHELL" : "CMD");
        test.addAll(set.program().words());
        return List.copyOf(test);
    }

    /// A path as WORKDIR and COPY read it: absolute, or below another.
    public static String below(String directory, String path) {
        String whole = path.startsWith("/") ? path : "/" + directory + "/" + path;
        List<String> parts = new ArrayList<>();
        for (String part : whole.split("/", -1)) {
            if (part.equals("..")) {
                if (!parts.isEmpty()) {
                    parts.removeLast();
                }
            } else if (!part.isEmpty() && !part.equals(".")) {
                parts.add(part);
            }
        }
        return "/" + String.join("/", parts);
    }

    private static List<String> ports(String word) {
        int slash = word.indexOf('/');
        String protocol = slash < 0 ? "tcp" : word.substring(slash + 1).toLowerCase(Locale.ROOT);
        String numbers = slash < 0 ? word : word.substring(0, slash);
        int dash = numbers.indexOf('-');
        int first = port(word, dash < 0 ? numbers : numbers.substring(0, dash));
        int last = dash < 0 ? first : port(word, numbers.substring(dash + 1));
        if (last < first || !Set.of("tcp", "udp", "sctp").contains(protocol)) {
            throw invalidPort(word);
        }
        List<String> ports = new ArrayList<>();
        for (int port = first; port <= last; port++) {
            ports.add(port + "/" + protocol);
        }
        return ports;
    }

    private static int port(String word, String digits) {
        try {
            int port = Integer.parseInt(digits);
            if (port >= 1 && port <= PORT_MAX) {
                return port;
            }
        } catch (NumberFormatException e) {
            throw invalidPort(word);
        }
        throw invalidPort(word);
    }

    private static SampanException invalidPort(String word) {
        return SampanException.invalid("invalid containerPort: " + word);
    }

    public ImageConfig result() {
        return new ImageConfig(
                user,
                List.copyOf(exposedPorts),
                env.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList(),
                entrypoint,
                command,
                List.copyOf(volumes),
                workingDir,
                // in order, so that the same build gives the same digest
                Collections.unmodifiableMap(new TreeMap<>(labels)),
                stopSignal,
                List.copyOf(onBuild),
                shell,
                argsEscaped,
                healthCheck);
    }
}

package sampan.engine.images;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import sampan.engine.containers.LifecycleSpec.HealthCheck;
import sampan.engine.images.Image.ImageConfig;
import sampan.errors.SampanException;
import sampan.oci.json.Json;

/// Dockerfile lines applied to an image's config: the `--change` of commit and import. CMD,
/// ENTRYPOINT, ENV, EXPOSE, HEALTHCHECK, LABEL, ONBUILD, STOPSIGNAL, USER, VOLUME and WORKDIR.
public final class DockerfileChanges {
    private static final Set<String> CHANGES =
            Set.of(
                    "CMD",
                    "ENTRYPOINT",
                    "ENV",
                    "EXPOSE",
                    "HEALTHCHECK",
                    "LABEL",
                    "ONBUILD",
                    "STOPSIGNAL",
                    "USER",
                    "VOLUME",
                    "WORKDIR");
    private static final int LINES_MAX = 1000;

    private String user;
    private final Set<String> exposedPorts;
    private final Map<String, String> env = new LinkedHashMap<>();
    private List<String> entrypoint;
    private List<String> command;
    private final Set<String> volumes;
    private String workingDir;
    private final Map<String, String> labels;
    private String stopSignal;
    private final List<String> onBuild;
    private Optional<HealthCheck> healthCheck;
    private final ImageConfig base;
    private boolean commandSet;

    private DockerfileChanges(ImageConfig base) {
        this.base = base;
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
        healthCheck = base.healthCheck();
    }

    /// The config with the lines applied, in their order.
    ///
    /// @throws SampanException INVALID for a line that is none of these or malformed
    public static ImageConfig apply(ImageConfig base, List<String> lines) {
        DockerfileChanges changes = new DockerfileChanges(base);
        List<String> joined = joined(lines);
        if (joined.size() > LINES_MAX) {
            throw SampanException.invalid("more than " + LINES_MAX + " changes");
        }
        joined.forEach(changes::line);
        return changes.result();
    }

    /// A backslash at the end of a line joins it with the next; empty lines and comments go.
    private static List<String> joined(List<String> lines) {
        List<String> found = new ArrayList<>();
        StringBuilder open = new StringBuilder();
        for (String line : String.join("\n", lines).split("\n", -1)) {
            String text = open.isEmpty() ? line.strip() : line.stripTrailing();
            if (text.endsWith("\\")) {
                open.append(text, 0, text.length() - 1);
                continue;
            }
            String whole = open + text;
            open.setLength(0);
            if (!whole.isEmpty() && !whole.startsWith("#")) {
                found.add(whole);
            }
        }
        if (!open.isEmpty()) {
            found.add(open.toString());
        }
        return found;
    }

    private void line(String line) {
        String[] parts = line.split("\\s+", 2);
        String name = parts[0].toUpperCase(Locale.ROOT);
        String rest = parts.length == 2 ? parts[1].strip() : "";
        if (!CHANGES.contains(name)) {
            throw SampanException.invalid(parts[0] + " is not a valid change command");
        }
        if (rest.isEmpty() && !name.equals("CMD") && !name.equals("ENTRYPOINT")) {
            throw SampanException.invalid(name + " requires at least one argument");
        }
        switch (name) {
            case "CMD" -> {
                command = program(rest);
                commandSet = true;
            }
            case "ENTRYPOINT" -> {
                entrypoint = program(rest);
                if (!commandSet) {
                    command = List.of();
                }
            }
            case "ENV" -> pairs(name, rest).forEach(env::put);
            case "LABEL" -> labels.putAll(pairs(name, rest));
            case "EXPOSE" -> words(rest).forEach(word -> exposedPorts.addAll(Ports.of(word)));
            case "USER" -> user = single(name, rest);
            case "VOLUME" -> volume(rest);
            case "WORKDIR" -> workingDir = below(ShellWords.join(rest, env));
            case "ONBUILD" -> onBuild(rest);
            case "STOPSIGNAL" -> stopSignal = single(name, rest);
            case "HEALTHCHECK" -> healthCheck = Optional.of(HealthLine.parse(rest, this::program));
            default -> throw SampanException.invalid("unknown instruction: " + name);
        }
    }

    /// The JSON form as it stands, the shell form by a shell.
    private List<String> program(String text) {
        Optional<List<String>> words = jsonWords(text);
        if (words.isPresent() || text.isEmpty()) {
            return words.orElse(List.of());
        }
        List<String> line =
                new ArrayList<>(base.shell().isEmpty() ? List.of("/bin/sh", "-c") : base.shell());
        line.add(text);
        return line;
    }

    static Optional<List<String>> jsonWords(String text) {
        if (!text.startsWith("[")) {
            return Optional.empty();
        }
        try {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            List<String> words = Arrays.asList(Json.read(bytes, String[].class));
            return words.contains(null) ? Optional.empty() : Optional.of(List.copyOf(words));
        } catch (SampanException e) {
            return Optional.empty(); // a shell's test command begins like that too
        }
    }

    private List<String> words(String text) {
        return ShellWords.split(text, env);
    }

    private String single(String name, String text) {
        List<String> words = words(text);
        if (words.size() != 1) {
            throw SampanException.invalid(name + " requires exactly one argument");
        }
        return words.getFirst();
    }

    /// `A=b C="d e"`, or the old `A b c`.
    private Map<String, String> pairs(String name, String text) {
        Map<String, String> found = new LinkedHashMap<>();
        String first = text.split("\\s+", 2)[0];
        if (first.indexOf('=') < 0) {
            String[] parts = text.split("\\s+", 2);
            if (parts.length < 2) {
                throw SampanException.invalid(name + " must have two arguments");
            }
            found.put(parts[0], ShellWords.join(parts[1], env));
            return found;
        }
        for (String word : words(text)) {
            int equals = word.indexOf('=');
            if (equals < 0) {
                throw SampanException.invalid(
                        "Syntax error - can't find = in \""
                                + word
                                + "\". Must be of the form: name=value");
            }
            if (equals == 0) {
                throw SampanException.invalid(name + " names can not be blank");
            }
            found.put(word.substring(0, equals), word.substring(equals + 1));
        }
        return found;
    }

    private void volume(String text) {
        List<String> paths = jsonWords(text).orElseGet(() -> words(text));
        for (String path : paths) {
            if (path.isBlank()) {
                throw SampanException.invalid("VOLUME specified can not be an empty string");
            }
            volumes.add(path);
        }
    }

    private String below(String path) {
        String whole = path.startsWith("/") ? path : "/" + workingDir + "/" + path;
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

    private void onBuild(String trigger) {
        String word = trigger.split("\\s+", 2)[0].toUpperCase(Locale.ROOT);
        switch (word) {
            case "ONBUILD" ->
                    throw SampanException.invalid(
                            "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed");
            case "MAINTAINER", "FROM" ->
                    throw SampanException.invalid(word + " isn't allowed as an ONBUILD trigger");
            default -> onBuild.add(trigger);
        }
    }

    private void putEnv(String line) {
        int equals = line.indexOf('=');
        if (equals > 0) {
            env.put(line.substring(0, equals), line.substring(equals + 1));
        } else {
            env.put(line, "");
        }
    }

    private ImageConfig result() {
        return new ImageConfig(
                user,
                List.copyOf(exposedPorts),
                env.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList(),
                entrypoint,
                command,
                List.copyOf(volumes),
                workingDir,
                Map.copyOf(labels),
                stopSignal,
                List.copyOf(onBuild),
                base.shell(),
                base.argsEscaped(),
                healthCheck);
    }

    /// Ports of EXPOSE.
    private static final class Ports {
        private static final int RANGE_MAX = 65535;

        static List<String> of(String word) {
            int slash = word.indexOf('/');
            String protocol =
                    slash < 0 ? "tcp" : word.substring(slash + 1).toLowerCase(Locale.ROOT);
            String numbers = slash < 0 ? word : word.substring(0, slash);
            int dash = numbers.indexOf('-');
            int first = number(word, dash < 0 ? numbers : numbers.substring(0, dash));
            int last = dash < 0 ? first : number(word, numbers.substring(dash + 1));
            if (last < first || !Set.of("tcp", "udp", "sctp").contains(protocol)) {
                throw invalid(word);
            }
            List<String> ports = new ArrayList<>();
            for (int port = first; port <= last; port++) {
                ports.add(port + "/" + protocol);
            }
            return ports;
        }

        private static int number(String word, String digits) {
            try {
                int port = Integer.parseInt(digits);
                if (port >= 1 && port <= RANGE_MAX) {
                    return port;
                }
            } catch (NumberFormatException e) {
                // reported below
            }
            throw invalid(word);
        }

        private static SampanException invalid(@Nullable String word) {
            return SampanException.invalid("invalid containerPort: " + word);
        }
    }
}

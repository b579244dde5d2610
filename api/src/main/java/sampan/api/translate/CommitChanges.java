package sampan.api.translate;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import sampan.api.wire.ContainerConfig;
import sampan.errors.SampanException;
import sampan.oci.json.Json;

/// The config that a commit lays over the container's own, as the Dockerfile lines that say the
/// same.
public final class CommitChanges {
    private CommitChanges() {}

    public static List<String> of(ContainerConfig config) {
        List<String> lines = new ArrayList<>();
        words(lines, "ENTRYPOINT", config.entrypoint());
        words(lines, "CMD", config.cmd());
        for (String variable : Values.list("Env", config.env())) {
            int equals = variable.indexOf('=');
            if (equals <= 0) {
                throw SampanException.invalid("invalid environment variable: " + variable);
            }
            lines.add(
                    "ENV "
                            + variable.substring(0, equals)
                            + "="
                            + quote(variable.substring(equals + 1)));
        }
        for (Map.Entry<String, String> label : Values.map("Labels", config.labels()).entrySet()) {
            lines.add("LABEL " + quote(label.getKey()) + "=" + quote(label.getValue()));
        }
        Values.set("ExposedPorts", config.exposedPorts())
                .forEach(port -> lines.add("EXPOSE " + port));
        List<String> volumes = Values.set("Volumes", config.volumes());
        if (!volumes.isEmpty()) {
            lines.add("VOLUME " + Json.text(volumes));
        }
        text(lines, "USER", config.user());
        text(lines, "WORKDIR", config.workingDir());
        text(lines, "STOPSIGNAL", config.stopSignal());
        Values.list("OnBuild", config.onBuild()).forEach(line -> lines.add("ONBUILD " + line));
        List<String> shell = Values.list("Shell", config.shell());
        if (!shell.isEmpty()) {
            lines.add("SHELL " + Json.text(shell));
        }
        for (String line : lines) {
            if (line.indexOf('\n') >= 0 || line.indexOf('\r') >= 0) {
                throw SampanException.invalid("config of a commit must not contain line breaks");
            }
        }
        return lines;
    }

    private static void words(List<String> lines, String name, @Nullable Object value) {
        Optional<List<String>> words = Values.words(name, value);
        if (words.isPresent() && !words.get().isEmpty()) {
            lines.add(name + " " + Json.text(words.get()));
        }
    }

    private static void text(List<String> lines, String name, @Nullable String value) {
        if (value != null && !value.isEmpty()) {
            lines.add(name + " " + value);
        }
    }

    private static String quote(String value) {
        return '"' + value.replace("\\", "\\\\").replace("\"", "\\\"").replace("$", "\\$") + '"';
    }
}

package sampan.app.cli.containers;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import sampan.app.cli.usage.UsageException;
import sampan.engine.containers.StorageSpec;
import sampan.engine.containers.StorageSpec.MountRequest;
import sampan.engine.containers.StorageSpec.Origin;

/// Reads `-v` and `--mount`.
final class MountSpec {
    private static final List<String> PROPAGATIONS =
            List.of("private", "rprivate", "shared", "rshared", "slave", "rslave");

    private MountSpec() {}

    /// `SOURCE:TARGET[:OPTIONS]`; a relative source starting with a dot is the caller's.
    static MountRequest volume(String text, String workingDirectory) {
        String[] parts = text.split(":", -1);
        if (parts.length > 3 || parts.length < 2 || parts[0].isEmpty() || parts[1].isEmpty()) {
            throw new UsageException("invalid volume specification: '" + text + "'");
        }
        String source = parts[0];
        if (source.startsWith(".")) {
            source = java.nio.file.Path.of(workingDirectory).resolve(source).normalize().toString();
        }
        String mode = parts.length == 3 ? parts[2] : "";
        List<String> words = mode.isEmpty() ? List.of() : List.of(mode.split(","));
        return new MountRequest(
                source.startsWith("/") ? StorageSpec.Type.BIND : StorageSpec.Type.VOLUME,
                source,
                parts[1],
                words.contains("ro"),
                mode,
                words.stream().filter(PROPAGATIONS::contains).findFirst().orElse(""),
                true,
                words.contains("nocopy"),
                false,
                "",
                Map.of(),
                Origin.BINDS);
    }

    /// `type=bind,source=…,target=…,readonly`.
    static MountRequest mount(String text, String workingDirectory) {
        Map<String, String> fields = new HashMap<>();
        Map<String, String> options = new HashMap<>();
        read(text, fields, options);
        return request(text, workingDirectory, fields, options);
    }

    private static void read(String text, Map<String, String> fields, Map<String, String> options) {
        for (String field : text.split(",", -1)) {
            int equals = field.indexOf('=');
            String name =
                    (equals < 0 ? field : field.substring(0, equals)).toLowerCase(Locale.ROOT);
            String value = equals < 0 ? "true" : field.substring(equals + 1);
            switch (name) {
                case "type",
                        "target",
                        "source",
                        "readonly",
                        "bind-propagation",
                        "bind-nonrecursive",
                        "volume-nocopy",
                        "volume-subpath",
                        "consistency",
                        "bind-recursive",
                        "bind-create-src",
                        "image-subpath" ->
                        fields.put(name, value);
                case "dst", "destination" -> fields.put("target", value);
                case "src" -> fields.put("source", value);
                case "ro" -> fields.put("readonly", value);
                case "tmpfs-size", "tmpfs-mode" -> options.put(name, value);
                case "volume-driver" -> options.put("driver", value);
                case "volume-opt" -> put(options, "opt:", value, text);
                case "volume-label" -> put(options, "label:", value, text);
                default ->
                        throw UsageException.ofFlag(
                                "--mount",
                                text,
                                "unexpected key '" + name + "' in '" + field + "'");
            }
        }
    }

    private static MountRequest request(
            String text,
            String workingDirectory,
            Map<String, String> fields,
            Map<String, String> options) {
        StorageSpec.Type type = type(fields.getOrDefault("type", "volume"), text);
        String target = fields.getOrDefault("target", "");
        if (target.isEmpty()) {
            throw UsageException.ofFlag("--mount", text, "target is required");
        }
        String source = fields.getOrDefault("source", "");
        if (type == StorageSpec.Type.BIND && source.startsWith(".")) {
            source = java.nio.file.Path.of(workingDirectory).resolve(source).normalize().toString();
        }
        boolean nonRecursive =
                flag(fields, "bind-nonrecursive")
                        || "disabled".equals(fields.get("bind-recursive"));
        return new MountRequest(
                type,
                source,
                target,
                flag(fields, "readonly"),
                "",
                fields.getOrDefault("bind-propagation", ""),
                flag(fields, "bind-create-src"),
                flag(fields, "volume-nocopy"),
                nonRecursive,
                fields.getOrDefault("volume-subpath", fields.getOrDefault("image-subpath", "")),
                Map.copyOf(options),
                Origin.MOUNTS);
    }

    private static void put(Map<String, String> options, String prefix, String pair, String text) {
        int equals = pair.indexOf('=');
        if (equals <= 0) {
            throw UsageException.ofFlag("--mount", text, "" + pair);
        }
        options.put(prefix + pair.substring(0, equals), pair.substring(equals + 1));
    }

    private static boolean flag(Map<String, String> fields, String name) {
        return List.of("true", "1").contains(fields.getOrDefault(name, "false"));
    }

    private static StorageSpec.Type type(String word, String text) {
        return switch (word.toLowerCase(Locale.ROOT)) {
            case "bind" -> StorageSpec.Type.BIND;
            case "volume" -> StorageSpec.Type.VOLUME;
            case "tmpfs" -> StorageSpec.Type.TMPFS;
            case "image" -> StorageSpec.Type.IMAGE;
            default -> throw UsageException.ofFlag("--mount", text, "mount type unknown: " + word);
        };
    }
}

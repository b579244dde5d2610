package sampan.engine.build.syntax;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// The text of a `RUN --mount`: `type=cache,target=/x,…`.
///
/// @param values by option; a word alone stands for `true`
public record MountOption(String type, Map<String, String> values) {
    private static final Set<String> COMMON = Set.of("type", "target", "dst", "destination");
    private static final Map<String, Set<String>> KNOWN =
            Map.of(
                    "bind", Set.of("source", "src", "from", "rw", "readwrite", "ro", "readonly"),
                    "cache",
                            Set.of(
                                    "id",
                                    "ro",
                                    "readonly",
                                    "rw",
                                    "readwrite",
                                    "sharing",
                                    "from",
                                    "source",
                                    "src",
                                    "mode",
                                    "uid",
                                    "gid"),
                    "tmpfs", Set.of("size"),
                    "secret",
                            Set.of("id", "required", "mode", "uid", "gid", "env", "src", "source"),
                    "ssh", Set.of("id", "required", "mode", "uid", "gid"));

    public MountOption {
        values = Map.copyOf(values);
    }

    public static MountOption parse(String text, int line) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String field : text.split(",", -1)) {
            int equals = field.indexOf('=');
            String name =
                    (equals < 0 ? field : field.substring(0, equals)).toLowerCase(Locale.ROOT);
            values.put(name, equals < 0 ? "true" : field.substring(equals + 1));
        }
        String type = values.getOrDefault("type", "bind").toLowerCase(Locale.ROOT);
        Set<String> known = KNOWN.get(type);
        if (known == null) {
            throw SyntaxError.at(line, "unsupported mount type \"" + type + "\"");
        }
        for (String name : values.keySet()) {
            if (!known.contains(name) && !COMMON.contains(name)) {
                throw SyntaxError.at(line, "unexpected key '" + name + "' in '" + text + "'");
            }
        }
        String sharing = values.getOrDefault("sharing", "shared").toLowerCase(Locale.ROOT);
        if (!Set.of("shared", "private", "locked").contains(sharing)) {
            throw SyntaxError.at(line, "unsupported sharing value \"" + sharing + "\"");
        }
        MountOption mount = new MountOption(type, values);
        boolean targetNeeded = !type.equals("secret") && !type.equals("ssh");
        if (targetNeeded && mount.target().isEmpty()) {
            throw SyntaxError.at(line, "invalid mount \"" + text + "\": target is required");
        }
        return mount;
    }

    /// The first of the names that is given; else empty.
    public String value(String... names) {
        for (String name : names) {
            String value = values.get(name);
            if (value != null) {
                return value;
            }
        }
        return "";
    }

    public String target() {
        return value("target", "dst", "destination");
    }

    public String from() {
        return value("from");
    }

    public String source() {
        return value("source", "src");
    }

    public boolean truth(String... names) {
        String value = value(names);
        return value.equals("true") || value.equals("1");
    }

    /// Whether it can be written: a cache and a tmpfs can, a bind where it says so.
    public boolean writable() {
        boolean asked = truth("rw", "readwrite");
        boolean refused = truth("ro", "readonly") || value("rw", "readwrite").equals("false");
        return switch (type) {
            case "bind" -> asked || value("ro", "readonly").equals("false");
            case "secret", "ssh" -> false;
            default -> !refused;
        };
    }
}

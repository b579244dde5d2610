package sampan.engine.build.syntax;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The flags of one instruction, checked against those that it knows.
final class Flags {
    private final Instruction at;
    private final Map<String, List<String>> values = new LinkedHashMap<>();

    /// @param known with a value
    /// @param truths that may stand alone
    /// @param many of the known, those that may come again
    Flags(Instruction at, Set<String> known, Set<String> truths, Set<String> many) {
        this.at = at;
        for (String flag : at.flags()) {
            int equals = flag.indexOf('=');
            String name = flag.substring(2, equals < 0 ? flag.length() : equals);
            if (!known.contains(name) && !truths.contains(name)) {
                throw SyntaxError.at(at, "unknown flag: --" + name);
            }
            if (values.containsKey(name) && !many.contains(name)) {
                throw SyntaxError.at(at, "duplicate flag specified: --" + name);
            }
            String value = equals < 0 ? "" : flag.substring(equals + 1);
            if (truths.contains(name)) {
                value = truth(name, equals < 0 ? "true" : value);
            } else if (equals < 0) {
                throw SyntaxError.at(at, "missing a value on flag: --" + name);
            }
            values.computeIfAbsent(name, _ -> new ArrayList<>()).add(value);
        }
    }

    private String truth(String name, String value) {
        return switch (value) {
            case "true", "1" -> "true";
            case "false", "0" -> "false";
            default ->
                    throw SyntaxError.at(
                            at, "expecting boolean value for flag --" + name + ", not: " + value);
        };
    }

    String value(String name) {
        List<String> found = values.getOrDefault(name, List.of());
        return found.isEmpty() ? "" : found.getLast();
    }

    List<String> all(String name) {
        return List.copyOf(values.getOrDefault(name, List.of()));
    }

    Map<String, List<String>> map() {
        return values;
    }
}

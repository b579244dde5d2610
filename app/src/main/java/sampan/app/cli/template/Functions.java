package sampan.app.cli.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import sampan.app.cli.usage.UsageException;
import sampan.oci.json.Json;

/// Built-in functions, and those of the docker client. Lists of values may hold null, Go's nil.
final class Functions {
    private Functions() {}

    static @Nullable Object call(String name, List<@Nullable Object> arguments) {
        return switch (name) {
            case "json" -> Json.text(orNil(one(name, arguments)));
            case "len" -> (long) length(one(name, arguments));
            case "index" -> index(arguments);
            case "print" -> joined(arguments, false);
            case "println" -> joined(arguments, true) + "\n";
            case "printf" -> printf(arguments);
            case "not" -> !truth(one(name, arguments));
            case "eq" -> arguments.stream().skip(1).anyMatch(a -> same(arguments.getFirst(), a));
            case "ne" -> !same(at(name, arguments, 0), at(name, arguments, 1));
            case "lt" -> compare(name, arguments) < 0;
            case "le" -> compare(name, arguments) <= 0;
            case "gt" -> compare(name, arguments) > 0;
            case "ge" -> compare(name, arguments) >= 0;
            case "upper" -> string(one(name, arguments)).toUpperCase(Locale.ROOT);
            case "lower" -> string(one(name, arguments)).toLowerCase(Locale.ROOT);
            case "title" -> title(string(one(name, arguments)));
            case "split" ->
                    List.of(
                            string(at(name, arguments, 0))
                                    .split(
                                            java.util.regex.Pattern.quote(
                                                    string(at(name, arguments, 1))),
                                            -1));
            case "join" -> join(arguments);
            case "truncate" -> {
                String text = string(at(name, arguments, 0));
                yield text.substring(
                        0, (int) Math.min(text.length(), integer(at(name, arguments, 1))));
            }
            case "pad" ->
                    " ".repeat((int) integer(at(name, arguments, 1)))
                            + string(at(name, arguments, 0))
                            + " ".repeat((int) integer(at(name, arguments, 2)));
            case "slice" -> slice(arguments);
            default ->
                    throw new UsageException(
                            "template parsing error: template: :1: function \""
                                    + name
                                    + "\" not defined");
        };
    }

    private static Object orNil(@Nullable Object value) {
        return value == null ? java.util.Optional.empty() : value;
    }

    private static @Nullable Object one(String name, List<@Nullable Object> arguments) {
        return at(name, arguments, 0);
    }

    private static @Nullable Object at(String name, List<@Nullable Object> arguments, int index) {
        if (index >= arguments.size()) {
            throw new UsageException(
                    "template: :1: wrong number of args for " + name + ": got " + arguments.size());
        }
        return arguments.get(index);
    }

    static boolean truth(@Nullable Object value) {
        return switch (value) {
            case null -> false;
            case Boolean b -> b;
            case Number n -> n.doubleValue() != 0;
            case String s -> !s.isEmpty();
            case Map<?, ?> m -> !m.isEmpty();
            case List<?> l -> !l.isEmpty();
            default -> true;
        };
    }

    private static int length(@Nullable Object value) {
        return switch (value) {
            case String s -> s.length();
            case Map<?, ?> m -> m.size();
            case List<?> l -> l.size();
            case null, default ->
                    throw new UsageException(
                            "template: :1: error calling len: len of " + string(value));
        };
    }

    private static @Nullable Object index(List<@Nullable Object> arguments) {
        Object value = arguments.isEmpty() ? null : arguments.getFirst();
        for (Object key : arguments.subList(Math.min(1, arguments.size()), arguments.size())) {
            value =
                    switch (value) {
                        case Map<?, ?> map -> map.get(string(key));
                        case List<?> list -> {
                            long i = integer(key);
                            if (i < 0 || i >= list.size()) {
                                throw new UsageException(
                                        "template: :1: error calling index: index out of range: "
                                                + i);
                            }
                            yield list.get((int) i);
                        }
                        case null, default ->
                                throw new UsageException(
                                        "template: :1: error calling index: can't index item of type "
                                                + string(value));
                    };
        }
        return value;
    }

    private static Object slice(List<@Nullable Object> arguments) {
        Object value = at("slice", arguments, 0);
        int from = arguments.size() > 1 ? (int) integer(arguments.get(1)) : 0;
        int to = arguments.size() > 2 ? (int) integer(arguments.get(2)) : length(value);
        try {
            return value instanceof List<?> list
                    ? new ArrayList<>(list.subList(from, to))
                    : string(value).substring(from, to);
        } catch (IndexOutOfBoundsException e) {
            throw new UsageException("template: :1: error calling slice: index out of range");
        }
    }

    private static String join(List<@Nullable Object> arguments) {
        StringBuilder text = new StringBuilder();
        if (at("join", arguments, 0) instanceof List<?> list) {
            for (Object element : list) {
                text.append(text.isEmpty() ? "" : string(at("join", arguments, 1)))
                        .append(string(element));
            }
        }
        return text.toString();
    }

    private static String title(String text) {
        StringBuilder out = new StringBuilder();
        boolean start = true;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            out.append(start ? Character.toUpperCase(c) : c);
            start = Character.isWhitespace(c);
        }
        return out.toString();
    }

    private static String joined(List<@Nullable Object> arguments, boolean always) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < arguments.size(); i++) {
            boolean strings =
                    i > 0
                            && (arguments.get(i) instanceof String
                                    || arguments.get(i - 1) instanceof String);
            out.append(i > 0 && (always || !strings) ? " " : "").append(string(arguments.get(i)));
        }
        return out.toString();
    }

    private static final Pattern VERB = Pattern.compile("%[-+ #0]*\\d*(?:\\.\\d+)?[a-zA-Z]");

    private static String printf(List<@Nullable Object> arguments) {
        String asked = string(at("printf", arguments, 0));
        String format = asked.replaceAll("%(-?\\d*)[vq]", "%$1s");
        Object[] rest =
                arguments.stream()
                        .skip(1)
                        .map(a -> a instanceof Number || a instanceof Boolean ? a : string(a))
                        .toArray();
        // %q: the same order of verbs, so that the n-th verb takes the n-th argument
        Matcher verbs = VERB.matcher(asked.replace("%%", ""));
        for (int i = 0; i < rest.length && verbs.find(); i++) {
            if (verbs.group().endsWith("q")) {
                rest[i] = Json.text(string(rest[i]));
            }
        }
        try {
            return String.format(Locale.ROOT, format, rest);
        } catch (java.util.IllegalFormatException e) {
            throw new UsageException("template: :1: error calling printf: " + e.getMessage());
        }
    }

    private static boolean same(@Nullable Object a, @Nullable Object b) {
        return a instanceof Number x && b instanceof Number y
                ? x.doubleValue() == y.doubleValue()
                : Objects.equals(a, b);
    }

    private static int compare(String name, List<@Nullable Object> arguments) {
        Object a = at(name, arguments, 0);
        Object b = at(name, arguments, 1);
        if (a instanceof Number x && b instanceof Number y) {
            return Double.compare(x.doubleValue(), y.doubleValue());
        }
        return string(a).compareTo(string(b));
    }

    private static long integer(@Nullable Object value) {
        if (value instanceof Number number) {
            return number.longValue();
        }
        throw new UsageException("template: :1: expected integer; found " + string(value));
    }

    /// As Go's %v prints it: `[a b]`, `map[k:v]` sorted by key.
    static String string(@Nullable Object value) {
        return switch (value) {
            case null -> "<nil>";
            case List<?> list -> {
                StringBuilder out = new StringBuilder("[");
                list.forEach(e -> out.append(out.length() > 1 ? " " : "").append(string(e)));
                yield out.append(']').toString();
            }
            case Map<?, ?> map -> {
                Map<String, Object> sorted = new TreeMap<>();
                map.forEach((k, v) -> sorted.put(String.valueOf(k), orNil(v)));
                StringBuilder out = new StringBuilder("map[");
                sorted.forEach((k, v) ->
                        out.append(out.length() > 4 ? " " : "")
                                .append(k)
                                .append(':')
                                .append(v instanceof java.util.Optional<?> ? "<nil>" : string(v)));
                yield out.append(']').toString();
            }
            case Double d when d == Math.rint(d) && Math.abs(d) < 1e15 ->
                    String.valueOf(d.longValue());
            default -> value.toString();
        };
    }
}

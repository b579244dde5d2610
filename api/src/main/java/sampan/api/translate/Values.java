package sampan.api.translate;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import sampan.errors.SampanException;

/// Ends the nullability of what came over the wire.
final class Values {
    /// Most elements in one list or map of a request.
    static final int ELEMENTS_MAX = 16_384;

    private Values() {}

    static String text(@Nullable String value) {
        return value == null ? "" : value;
    }

    static List<String> list(String field, @Nullable List<@Nullable String> values) {
        return each(field, values);
    }

    /// Absent stays absent.
    static Optional<List<String>> optionalList(
            String field, @Nullable List<@Nullable String> values) {
        return values == null ? Optional.empty() : Optional.of(each(field, values));
    }

    /// A list without holes.
    static <T> List<T> each(String field, @Nullable List<@Nullable T> values) {
        if (values == null) {
            return List.of();
        }
        bound(field, values.size());
        List<T> result = new ArrayList<>(values.size());
        for (T value : values) {
            if (value == null) {
                throw SampanException.invalid(field + " must not contain null");
            }
            result.add(value);
        }
        return List.copyOf(result);
    }

    static Map<String, String> map(String field, @Nullable Map<String, @Nullable String> values) {
        if (values == null) {
            return Map.of();
        }
        bound(field, values.size());
        Map<String, String> result = new LinkedHashMap<>();
        values.forEach((key, value) -> result.put(key, text(value)));
        return Collections.unmodifiableMap(result);
    }

    /// Go's `map[string]struct{}`.
    static List<String> set(String field, @Nullable Map<String, @Nullable Object> values) {
        if (values == null) {
            return List.of();
        }
        bound(field, values.size());
        return List.copyOf(values.keySet());
    }

    /// A command: a list of words, or one text, which is one word.
    static Optional<List<String>> words(String field, @Nullable Object value) {
        if (value == null) {
            return Optional.empty();
        }
        if (value instanceof String word) {
            return Optional.of(List.of(word));
        }
        if (!(value instanceof List<?> list)) {
            throw SampanException.invalid(field + " must be a list of texts, or one text");
        }
        bound(field, list.size());
        List<String> words = new ArrayList<>(list.size());
        for (Object each : list) {
            if (!(each instanceof String word)) {
                throw SampanException.invalid(field + " must be a list of texts, or one text");
            }
            words.add(word);
        }
        return Optional.of(List.copyOf(words));
    }

    /// @return rows and columns, 0 each where none were given
    static int[] consoleSize(@Nullable List<@Nullable Integer> size) {
        List<Integer> values = each("ConsoleSize", size);
        if (values.isEmpty()) {
            return new int[] {0, 0};
        }
        if (values.size() != 2 || values.stream().anyMatch(v -> v < 0 || v > 65_535)) {
            throw SampanException.invalid("ConsoleSize must be [height, width], 0 to 65535 each");
        }
        return new int[] {values.get(0), values.get(1)};
    }

    private static void bound(String field, int size) {
        if (size > ELEMENTS_MAX) {
            throw SampanException.invalid(
                    field + " has " + size + " elements, at most " + ELEMENTS_MAX + " are taken");
        }
    }
}

package sampan.oci.spec;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a JSON document leaves out reaches the constructors as null; here it becomes the empty
/// value.
final class Absent {
    private Absent() {}

    static String text(@Nullable String value) {
        return value == null ? "" : value;
    }

    static <T> List<T> list(@Nullable List<T> value) {
        return value == null ? List.of() : List.copyOf(value);
    }

    /// Keeps the document's order, which users see again in `inspect`.
    static <V> Map<String, V> map(@Nullable Map<String, V> value) {
        return value == null || value.isEmpty()
                ? Map.of()
                : Collections.unmodifiableMap(new LinkedHashMap<>(value));
    }

    static <T> T or(@Nullable T value, T empty) {
        return value == null ? empty : value;
    }

    @SuppressWarnings("NullableOptional")
    static <T> Optional<T> optional(@Nullable Optional<T> value) {
        return value == null ? Optional.empty() : value;
    }
}

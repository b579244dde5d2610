package sampan.api.wire;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import sampan.oci.json.JsonObject;

/// A JSON object in the making; fields keep their order. Used by one thread.
public final class Doc extends JsonObject {
    private final Map<String, @Nullable Object> fields = new LinkedHashMap<>();

    public static Doc of() {
        return new Doc();
    }

    /// @param value a string, number, boolean, list, map, [Doc], or null
    public Doc put(String name, @Nullable Object value) {
        fields.put(name, value);
        return this;
    }

    /// Leaves it out where Go's `omitempty` would: null, false, 0, and what is empty.
    public Doc putUnlessEmpty(String name, @Nullable Object value) {
        boolean empty =
                switch (value) {
                    case null -> true;
                    case String s -> s.isEmpty();
                    case Boolean b -> !b;
                    case Number n -> n.longValue() == 0;
                    case Collection<?> c -> c.isEmpty();
                    case Map<?, ?> m -> m.isEmpty();
                    default -> false;
                };
        return empty ? this : put(name, value);
    }

    /// An empty collection or map as null, as Go writes one that was never made.
    public Doc putOrNull(String name, Object value) {
        boolean empty =
                switch (value) {
                    case String s -> s.isEmpty();
                    case Collection<?> c -> c.isEmpty();
                    case Map<?, ?> m -> m.isEmpty();
                    default -> false;
                };
        return put(name, empty ? null : value);
    }

    /// A map with its keys in order, as Go writes all maps.
    public static <V> Map<String, V> sorted(Map<String, V> map) {
        return new TreeMap<>(map);
    }

    /// A set as Go's `map[string]struct{}`.
    public static Map<String, Object> set(Collection<String> names) {
        Map<String, Object> set = new TreeMap<>();
        names.forEach(name -> set.put(name, Map.of()));
        return set;
    }

    @Override
    public Map<String, @Nullable Object> fields() {
        return fields;
    }
}

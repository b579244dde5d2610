package sampan.engine.gateway.labels;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Dotted names as objects within objects; where all names of one are numbers it is a list.
final class LabelTree {
    /// Fields that the gateway's file takes as lists, written here with commas.
    private static final Set<String> LISTS =
            Set.of(
                    "allow",
                    "clients",
                    "hosts",
                    "methods",
                    "remove",
                    "origins",
                    "headers",
                    "expose",
                    "encodings",
                    "types",
                    "exclude",
                    "users");

    private final Map<String, Object> root = new TreeMap<>();

    /// Where one name is both a text and an object the object holds.
    void put(String path, String value) {
        String[] names = path.split("\\.", -1);
        Map<String, Object> at = root;
        for (int i = 0; i < names.length - 1; i++) {
            Object next = at.get(names[i]);
            if (!(next instanceof Map<?, ?>)) {
                next = new TreeMap<String, Object>();
                at.put(names[i], next);
            }
            at = cast(next);
        }
        String last = names[names.length - 1];
        if (!(at.get(last) instanceof Map<?, ?>)) {
            at.put(last, LISTS.contains(last) ? list(value) : value);
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> cast(Object value) {
        return (Map<String, Object>) value;
    }

    static List<String> list(String value) {
        List<String> items = new ArrayList<>();
        for (String item : value.split(",", -1)) {
            if (!item.isBlank()) {
                items.add(item.strip());
            }
        }
        return items;
    }

    Map<String, Object> document() {
        Map<String, Object> document = new LinkedHashMap<>();
        root.forEach((name, value) -> document.put(name, closed(value)));
        return document;
    }

    private static Object closed(Object value) {
        if (!(value instanceof Map<?, ?>)) {
            return value;
        }
        Map<String, Object> map = cast(value);
        if (!map.isEmpty() && map.keySet().stream().allMatch(name -> name.matches("[0-9]{1,3}"))) {
            return map.entrySet().stream()
                    .sorted(java.util.Comparator.comparingInt(e -> Integer.parseInt(e.getKey())))
                    .map(entry -> closed(entry.getValue()))
                    .toList();
        }
        Map<String, Object> closed = new LinkedHashMap<>();
        map.forEach((name, inner) -> closed.put(name, closed(inner)));
        return closed;
    }
}

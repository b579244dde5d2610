package sampan.gateway.auth;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import sampan.gateway.routes.Identity;

/// Which claims say what of an identity. A nested claim is named by the names on the way to it,
/// `realm_access.roles`.
///
/// @param name what it is called
/// @param roles claims with roles: lists, or texts with blanks or commas between
/// @param scopes claims with scopes, likewise
public record ClaimNames(String name, List<String> roles, List<String> scopes) {
    /// Characters of a name; longer ones prove nothing.
    public static final int NAME_CHARS_MAX = 256;

    private static final int CLAIMS_MAX = 128;
    private static final int VALUES_MAX = 256;
    private static final int DEPTH_MAX = 3;

    public static final ClaimNames USUAL =
            new ClaimNames("sub", List.of("roles"), List.of("scope", "scp"));

    /// Claims as texts.
    static Map<String, List<String>> texts(Map<String, Object> claims) {
        Map<String, List<String>> texts = new LinkedHashMap<>();
        flatten("", claims, 0, texts);
        return texts;
    }

    private static void flatten(
            String path, Map<?, ?> claims, int depth, Map<String, List<String>> into) {
        claims.forEach((key, value) -> {
            String at = path.isEmpty() ? String.valueOf(key) : path + "." + key;
            if (value instanceof Map<?, ?> nested && depth < DEPTH_MAX) {
                flatten(at, nested, depth + 1, into);
            } else if (into.size() < CLAIMS_MAX) {
                into.put(at, values(value));
            }
        });
    }

    private static List<String> values(Object value) {
        List<String> values = new ArrayList<>();
        if (value instanceof List<?> list) {
            list.stream().limit(VALUES_MAX).forEach(item -> values.add(String.valueOf(item)));
        } else if (value != null) {
            values.add(String.valueOf(value));
        }
        return List.copyOf(values);
    }

    private static Set<String> split(Map<String, List<String>> claims, List<String> names) {
        Set<String> found = new LinkedHashSet<>();
        for (String name : names) {
            List<String> values = claims.getOrDefault(name, List.of());
            // One text may hold several; of a list each is one.
            if (values.size() == 1) {
                found.addAll(List.of(values.getFirst().split("[ ,]+", -1)));
            } else {
                found.addAll(values);
            }
        }
        found.remove("");
        return found;
    }

    /// The identity that those claims describe, none where they do not name it.
    Optional<Identity> identity(Map<String, Object> all, String method, Consumers consumers) {
        Map<String, List<String>> claims = texts(all);
        List<String> names = claims.getOrDefault(name, List.of());
        if (names.size() != 1
                || names.getFirst().isEmpty()
                || names.getFirst().length() > NAME_CHARS_MAX) {
            return Optional.empty();
        }
        return Optional.of(
                consumers.identity(
                        method,
                        names.getFirst(),
                        new Identity.Grants(split(claims, roles), split(claims, scopes), claims)));
    }
}

package sampan.http.route;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The parameters of a query, in the order in which they came.
///
/// @param pairs decoded names and values
public record Query(List<Pair> pairs) {
    /// Most parameters in one query.
    public static final int PAIRS_MAX = 1024;

    public record Pair(String name, String value) {}

    public Query {
        pairs = List.copyOf(pairs);
    }

    /// @return empty where the query is malformed or has too many parameters
    public static Optional<Query> parse(String query) {
        if (query.isEmpty()) {
            return Optional.of(new Query(List.of()));
        }
        List<Pair> pairs = new ArrayList<>();
        for (String part : query.split("&", -1)) {
            if (part.isEmpty()) {
                continue;
            }
            int equals = part.indexOf('=');
            String name = equals < 0 ? part : part.substring(0, equals);
            String value = equals < 0 ? "" : part.substring(equals + 1);
            Optional<String> decodedName = Percent.decode(name, true);
            Optional<String> decodedValue = Percent.decode(value, true);
            if (decodedName.isEmpty() || decodedValue.isEmpty() || pairs.size() == PAIRS_MAX) {
                return Optional.empty();
            }
            pairs.add(new Pair(decodedName.get(), decodedValue.get()));
        }
        return Optional.of(new Query(pairs));
    }

    /// The first value of that name.
    public Optional<String> first(String name) {
        return pairs.stream().filter(p -> p.name().equals(name)).map(Pair::value).findFirst();
    }

    /// All values of that name.
    public List<String> all(String name) {
        return pairs.stream().filter(p -> p.name().equals(name)).map(Pair::value).toList();
    }
}

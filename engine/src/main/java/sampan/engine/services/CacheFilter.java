package sampan.engine.services;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import sampan.engine.filters.Filters;
import sampan.engine.services.BuildService.CacheKind;

/// Which of the build cache is meant, by Docker's filters: `until` (last used before then), `type`
/// (BuildKit's word), `id` (an expression that occurs in it).
public final class CacheFilter {
    private final Filters filters;
    private final Optional<Instant> until;

    private CacheFilter(Filters filters, Optional<Instant> until) {
        this.filters = filters;
        this.until = until;
    }

    /// @throws sampan.errors.SampanException INVALID for other filters
    public static CacheFilter of(Map<String, List<String>> filters) {
        Filters known = Filters.of(filters, Set.of("until", "type", "id"));
        return new CacheFilter(known, known.until(Instant.now()));
    }

    public boolean takes(CacheKind kind, String id, Instant used) {
        return filters.exact("type", kind.word())
                && filters.matches("id", id)
                && (until.isEmpty() || used.isBefore(until.get()));
    }
}

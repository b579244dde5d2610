package sampan.gateway.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import sampan.errors.SampanException;
import sampan.gateway.config.GatewayConfig.BulkheadDefinition;
import sampan.gateway.config.GatewayConfig.LimitDefinition;
import sampan.gateway.config.GatewayConfig.RedisDefinition;
import sampan.gateway.config.GatewayConfig.RouteDefinition;
import sampan.gateway.limits.Bulkhead;
import sampan.gateway.limits.RateLimit;
import sampan.gateway.limits.SharedLimit;
import sampan.gateway.limits.TokenSource;
import sampan.gateway.redis.RedisTokens;
import sampan.gateway.routes.Attribute;
import sampan.gateway.routes.BulkheadFilter;
import sampan.gateway.routes.Filter;
import sampan.gateway.routes.Importance;
import sampan.gateway.routes.LimitFilter;
import sampan.gateway.routes.RateFilter;
import sampan.gateway.routes.SharedRateFilter;
import sampan.gateway.routes.SheddingFilter;

/// The part of [TableBuilder] that makes limits: what is the same in the next table keeps its
/// counts, and the connection to where they are shared.
final class LimitBuilder implements AutoCloseable {
    private Map<String, RateLimit> limits = new HashMap<>();
    private Map<String, SharedLimit> shared = new HashMap<>();
    private Map<String, RateLimit> nextLimits = new HashMap<>();
    private Map<String, SharedLimit> nextShared = new HashMap<>();
    private Map<String, Bulkhead> bulkheads = new HashMap<>();
    private Map<String, Bulkhead> nextBulkheads = new HashMap<>();
    private Map<String, SheddingFilter> shedding = new HashMap<>();
    private Map<String, SheddingFilter> nextShedding = new HashMap<>();
    private Optional<Long> sheddingNanos = Optional.empty();
    private Optional<RedisDefinition> redis = Optional.empty();
    private @Nullable RedisTokens tokens;
    private @Nullable RedisTokens nextTokens;

    /// The route of the first limit that is to be shared where nothing says by what.
    static Optional<String> unsharable(GatewayConfig config) {
        return config.redis().isPresent()
                ? Optional.empty()
                : config.routes().stream()
                        .filter(route -> route.limits().stream().anyMatch(LimitDefinition::shared))
                        .map(RouteDefinition::name)
                        .findFirst();
    }

    static String why(String route) {
        return "route \"" + route + "\" has a shared limit: write the address of a Redis server";
    }

    /// Begins another table.
    void begin(GatewayConfig config) {
        sheddingNanos = config.sheddingNanos();
        nextBulkheads = new HashMap<>();
        nextShedding = new HashMap<>();
        unsharable(config)
                .ifPresent(route -> {
                    throw SampanException.invalid("redis: " + why(route));
                });
        nextLimits = new HashMap<>();
        nextShared = new HashMap<>();
        letGo(nextTokens);
        RedisTokens old = tokens;
        boolean same =
                old != null
                        && config.redis()
                                .map(r -> r.settings().equals(old.settings()))
                                .orElse(false);
        nextTokens =
                same ? old : config.redis().map(r -> new RedisTokens(r.settings())).orElse(null);
        redis = config.redis();
    }

    private void letGo(@Nullable RedisTokens made) {
        if (made != null && made != tokens) {
            made.close();
        }
    }

    /// The table is whole.
    void end() {
        RedisTokens old = tokens;
        tokens = nextTokens;
        letGo(old);
        limits = nextLimits;
        shared = nextShared;
        bulkheads = nextBulkheads;
        shedding = nextShedding;
    }

    /// What refuses requests of a route when the gateway is late, where anything is to.
    Optional<Filter> shedding(RouteDefinition route) {
        Importance importance = route.guards().importance();
        if (importance == Importance.ALWAYS || sheddingNanos.isEmpty()) {
            return Optional.empty();
        }
        long nanos = sheddingNanos.get();
        String key = route.name() + " " + importance + " " + nanos;
        SheddingFilter known = shedding.get(key);
        SheddingFilter made = known != null ? known : new SheddingFilter(nanos, importance);
        nextShedding.put(key, made);
        return Optional.of(made);
    }

    /// The bounds of a route's concurrent requests, in their order.
    List<Filter> bulkheads(RouteDefinition route) {
        List<Filter> filters = new ArrayList<>();
        for (BulkheadDefinition definition : route.guards().bulkheads()) {
            String of =
                    definition
                            .name()
                            .map(name -> "shared " + name)
                            .orElse(route.name() + " " + filters.size());
            String key = of + " " + definition.key() + " " + definition.queue();
            int keys = definition.by() == Attribute.NONE ? 1 : Bulkhead.KEYS_MAX;
            Bulkhead known = nextBulkheads.getOrDefault(key, bulkheads.get(key));
            Bulkhead made =
                    known != null
                            ? known
                            : new Bulkhead(definition.max(), definition.queue(), keys);
            nextBulkheads.put(key, made);
            filters.add(
                    new BulkheadFilter(
                            made, definition.by(), definition.key(), definition.waitNanos()));
        }
        return filters;
    }

    /// @param index of the limit on its route
    LimitFilter filter(String route, int index, LimitDefinition limit) {
        int keys = limit.by() == Attribute.NONE ? 1 : RateLimit.KEYS_MAX;
        String key = route + " " + index + " " + limit.key();
        TokenSource source = nextTokens;
        if (!limit.shared() || source == null) {
            RateLimit known = limits.get(key);
            RateLimit made =
                    known != null ? known : new RateLimit(limit.perSecond(), limit.burst(), keys);
            nextLimits.put(key, made);
            return new RateFilter(made, limit.by(), limit.key());
        }
        RedisDefinition by = redis.orElseThrow();
        SharedLimit.Settings settings =
                new SharedLimit.Settings(
                        key,
                        limit.perSecond(),
                        limit.burst(),
                        limit.onFailure().orElse(by.onFailure()),
                        by.waitNanos());
        SharedLimit known = shared.get(key);
        SharedLimit made =
                known != null && known.settings().equals(settings) && nextTokens == tokens
                        ? known
                        : new SharedLimit(settings, source, keys);
        nextShared.put(key, made);
        return new SharedRateFilter(made, limit.by(), limit.key());
    }

    @Override
    public void close() {
        letGo(nextTokens);
        nextTokens = null;
        RedisTokens old = tokens;
        tokens = null;
        letGo(old);
    }
}

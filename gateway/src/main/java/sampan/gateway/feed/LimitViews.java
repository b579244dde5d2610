package sampan.gateway.feed;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import sampan.gateway.limits.AdaptiveLimit;
import sampan.gateway.limits.Budget;
import sampan.gateway.limits.Guards;
import sampan.gateway.routes.BulkheadFilter;
import sampan.gateway.routes.Filter;
import sampan.gateway.routes.LimitFilter;
import sampan.gateway.routes.Route;
import sampan.gateway.routes.Service;
import sampan.gateway.routes.SheddingFilter;

/// The part of [Views] that tells of limits and breakers.
final class LimitViews {
    private LimitViews() {}

    /// The limits of a route, with how often each has refused.
    static List<Object> of(Route route) {
        List<Object> limits = new ArrayList<>();
        for (Filter filter : route.filters()) {
            if (filter instanceof LimitFilter limit) {
                limits.add(limit(limit));
            }
        }
        return limits;
    }

    private static Map<String, Object> limit(LimitFilter filter) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("perSecond", filter.perSecond());
        view.put("burst", filter.burst());
        view.put("key", filter.key());
        view.put("refused", filter.refused());
        view.put("kept", filter.kept());
        view.put("unshared", filter.unshared());
        return view;
    }

    /// The bounds of a route's concurrent requests, and what was refused for being late.
    static void route(Map<String, Object> view, Route route) {
        List<Object> bulkheads = new ArrayList<>();
        for (Filter filter : route.filters()) {
            if (filter instanceof BulkheadFilter bulkhead) {
                Map<String, Object> each = new LinkedHashMap<>();
                each.put("key", bulkhead.key());
                each.put("max", bulkhead.bulkhead().max());
                each.put("active", bulkhead.bulkhead().active());
                each.put("waiting", bulkhead.bulkhead().waiting());
                each.put("refused", bulkhead.bulkhead().refused());
                bulkheads.add(each);
            } else if (filter instanceof SheddingFilter shedding) {
                view.put("shed", shedding.refused());
            }
        }
        view.put("concurrency", bulkheads);
    }

    /// What a service is guarded by, as far as it is.
    static void service(Map<String, Object> view, Service service) {
        service.state()
                .breaker()
                .ifPresent(breaker -> {
                    view.put("breaker", breaker.state().name());
                    view.put("breakerOpened", breaker.opened());
                    view.put("breakerRefused", breaker.refused());
                });
        Guards guards = service.state().guards();
        AdaptiveLimit adaptive = guards.adaptive();
        if (adaptive != null) {
            view.put("adaptiveMax", adaptive.limit());
        }
        Budget budget = guards.budget();
        if (budget != null) {
            view.put("repeated", budget.spent());
            view.put("budgetExhausted", budget.exhausted());
        }
    }
}

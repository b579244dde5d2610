package sampan.gateway.feed;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import sampan.gateway.limits.RateLimit;
import sampan.gateway.routes.Filter;
import sampan.gateway.routes.RateFilter;
import sampan.gateway.routes.Route;
import sampan.gateway.routes.Service;

/// The part of [Views] that tells of limits and breakers.
final class LimitViews {
    private LimitViews() {}

    /// The limits of a route, with how often each has refused.
    static List<Object> of(Route route) {
        List<Object> limits = new ArrayList<>();
        for (Filter filter : route.filters()) {
            if (filter instanceof RateFilter rate) {
                limits.add(rate(rate));
            }
        }
        return limits;
    }

    private static Map<String, Object> rate(RateFilter filter) {
        Map<String, Object> view = new LinkedHashMap<>();
        RateLimit limit = filter.limit();
        view.put("perSecond", limit.perSecond());
        view.put("burst", limit.burst());
        view.put("key", filter.key());
        view.put("refused", limit.refused());
        return view;
    }

    /// The breaker of a service, where it has one.
    static void service(Map<String, Object> view, Service service) {
        service.state()
                .breaker()
                .ifPresent(breaker -> {
                    view.put("breaker", breaker.state().name());
                    view.put("breakerOpened", breaker.opened());
                    view.put("breakerRefused", breaker.refused());
                });
    }
}

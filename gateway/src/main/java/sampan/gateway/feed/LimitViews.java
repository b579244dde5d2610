package sampan.gateway.feed;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import sampan.gateway.routes.Filter;
import sampan.gateway.routes.LimitFilter;
import sampan.gateway.routes.Route;
import sampan.gateway.routes.Service;

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

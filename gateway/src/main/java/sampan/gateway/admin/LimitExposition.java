package sampan.gateway.admin;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import sampan.gateway.limits.Breaker;
import sampan.gateway.limits.Budget;
import sampan.gateway.proxy.Gateway;
import sampan.gateway.routes.BulkheadFilter;
import sampan.gateway.routes.Filter;
import sampan.gateway.routes.LimitFilter;
import sampan.gateway.routes.Route;
import sampan.gateway.routes.Service;
import sampan.gateway.routes.SheddingFilter;

/// The part of [Exposition] that tells of limits and breakers.
final class LimitExposition {
    private final StringBuilder out;
    private final Gateway gateway;

    private LimitExposition(StringBuilder out, Gateway gateway) {
        this.out = out;
        this.gateway = gateway;
    }

    static void append(StringBuilder out, Gateway gateway) {
        LimitExposition exposition = new LimitExposition(out, gateway);
        exposition.limits("refused_total", "Requests over a limit.", LimitFilter::refused);
        exposition.limits(
                "unshared_total",
                "Decisions that should have been shared and were not.",
                LimitFilter::unshared);
        exposition.bulkheads();
        exposition.guards();
        exposition.breakers("opened_total", "How often it has opened.", Breaker::opened);
        exposition.breakers("refused_total", "Requests refused by it.", Breaker::refused);
    }

    private void head(String name, String help) {
        out.append("# HELP ").append(name).append(' ').append(help).append('\n');
        out.append("# TYPE ").append(name).append(" counter\n");
    }

    private void line(String name, String labels, long value) {
        out.append(name).append('{').append(labels).append("} ").append(value).append('\n');
    }

    private void limits(String what, String help, ToLongFunction<LimitFilter> value) {
        String name = "sampan_gateway_limit_" + what;
        head(name, help);
        for (Route route : gateway.table().routes()) {
            for (Filter filter : route.filters()) {
                if (filter instanceof LimitFilter limit) {
                    String labels =
                            Exposition.label("route", route.name())
                                    + ","
                                    + Exposition.label("limit", limit.key());
                    line(name, labels, value.applyAsLong(limit));
                }
            }
        }
    }

    private void bulkheads() {
        String name = "sampan_gateway_concurrency_refused_total";
        head(name, "Requests that found no place.");
        for (Route route : gateway.table().routes()) {
            for (Filter filter : route.filters()) {
                if (filter instanceof BulkheadFilter bulkhead) {
                    String labels =
                            Exposition.label("route", route.name())
                                    + ","
                                    + Exposition.label("bound", bulkhead.key());
                    line(name, labels, bulkhead.bulkhead().refused());
                }
            }
        }
        String shed = "sampan_gateway_shed_total";
        head(shed, "Requests refused because the gateway was late.");
        for (Route route : gateway.table().routes()) {
            for (Filter filter : route.filters()) {
                if (filter instanceof SheddingFilter shedding) {
                    line(shed, Exposition.label("route", route.name()), shedding.refused());
                }
            }
        }
    }

    private void guards() {
        Map<String, Service> services = new TreeMap<>(gateway.table().services());
        String repeated = "sampan_gateway_repeated_total";
        head(repeated, "Retries and hedges of requests that a target may have acted on.");
        services.forEach((name, service) -> {
            Budget budget = service.state().guards().budget();
            if (budget != null) {
                line(repeated, Exposition.label("service", name), budget.spent());
            }
        });
        String exhausted = "sampan_gateway_budget_exhausted_total";
        head(exhausted, "Repetitions that the budget did not allow.");
        services.forEach((name, service) -> {
            Budget budget = service.state().guards().budget();
            if (budget != null) {
                line(exhausted, Exposition.label("service", name), budget.exhausted());
            }
        });
    }

    private void breakers(String what, String help, ToLongFunction<Breaker> value) {
        String name = "sampan_gateway_breaker_" + what;
        head(name, help);
        Map<String, Service> services = new TreeMap<>(gateway.table().services());
        services.forEach((of, service) ->
                service.state()
                        .breaker()
                        .ifPresent(breaker ->
                                line(
                                        name,
                                        Exposition.label("service", of),
                                        value.applyAsLong(breaker))));
    }
}

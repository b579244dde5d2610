package sampan.gateway.admin;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import sampan.gateway.limits.Breaker;
import sampan.gateway.metrics.AccessLog;
import sampan.gateway.metrics.RouteStats;
import sampan.gateway.proxy.Gateway;
import sampan.gateway.routes.Route;
import sampan.gateway.routes.Service;
import sampan.gateway.routes.Target;

/// The counters in Prometheus' text format 0.0.4.
final class Exposition {
    private static final List<String> CLASSES = List.of("none", "1xx", "2xx", "3xx", "4xx", "5xx");

    private final StringBuilder out = new StringBuilder(16 << 10);

    private Exposition() {}

    static String of(Gateway gateway) {
        Exposition exposition = new Exposition();
        exposition.routes(gateway);
        exposition.consumers(gateway);
        exposition.services(gateway);
        LimitExposition.append(exposition.out, gateway);
        return exposition.out.toString();
    }

    private void head(String name, String type, String help) {
        out.append("# HELP ").append(name).append(' ').append(help).append("\n# TYPE ");
        out.append(name).append(' ').append(type).append('\n');
    }

    private void line(String name, String labels, Object value) {
        out.append(name);
        if (!labels.isEmpty()) {
            out.append('{').append(labels).append('}');
        }
        out.append(' ').append(value).append('\n');
    }

    static String label(String name, String value) {
        String escaped = value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
        return name + "=\"" + escaped + "\"";
    }

    private static String route(RouteStats stats) {
        return label("route", stats.name());
    }

    private void routes(Gateway gateway) {
        List<RouteStats> all =
                Stream.concat(
                                gateway.table().routes().stream().map(Route::stats),
                                Stream.of(gateway.unrouted()))
                        .toList();
        String requests = "sampan_gateway_requests_total";
        head(requests, "counter", "Requests by route and class of answer; none: the client left.");
        for (RouteStats stats : all) {
            for (int i = 0; i < CLASSES.size(); i++) {
                line(
                        requests,
                        route(stats) + "," + label("code", CLASSES.get(i)),
                        stats.answers(i));
            }
        }
        head("sampan_gateway_received_bytes_total", "counter", "Bytes of requests.");
        all.forEach(s -> line("sampan_gateway_received_bytes_total", route(s), s.bytesIn()));
        head("sampan_gateway_sent_bytes_total", "counter", "Bytes of answers.");
        all.forEach(s -> line("sampan_gateway_sent_bytes_total", route(s), s.bytesOut()));
        head(
                "sampan_gateway_duration_seconds",
                "histogram",
                "From a head to the end of its answer.");
        all.forEach(this::histogram);
        head("sampan_gateway_clients", "gauge", "Connected clients.");
        line("sampan_gateway_clients", "", gateway.clients());
        head("sampan_gateway_log_lines_dropped_total", "counter", "Lost to a slow disk.");
        line(
                "sampan_gateway_log_lines_dropped_total",
                "",
                gateway.accessLog().map(AccessLog::dropped).orElse(0L));
    }

    private void consumers(Gateway gateway) {
        String requests = "sampan_gateway_consumer_requests_total";
        head(requests, "counter", "Requests by named consumer and class of answer.");
        for (RouteStats stats : gateway.consumers()) {
            String consumer = label("consumer", stats.name());
            for (int i = 0; i < CLASSES.size(); i++) {
                line(requests, consumer + "," + label("code", CLASSES.get(i)), stats.answers(i));
            }
        }
    }

    private void histogram(RouteStats stats) {
        String name = "sampan_gateway_duration_seconds";
        long sum = 0;
        for (int i = 0; i < stats.buckets(); i++) {
            sum += stats.inBucket(i);
            double bound = stats.bound(i);
            String le = Double.isInfinite(bound) ? "+Inf" : Double.toString(bound);
            line(name + "_bucket", route(stats) + "," + label("le", le), sum);
        }
        line(name + "_sum", route(stats), String.format(Locale.ROOT, "%.6f", stats.seconds()));
        line(name + "_count", route(stats), sum);
    }

    private void services(Gateway gateway) {
        Map<String, Service> services = new TreeMap<>(gateway.table().services());
        head("sampan_gateway_target_requests_total", "counter", "Requests given to a target.");
        targets(services, "sampan_gateway_target_requests_total", Target::requests);
        head("sampan_gateway_target_failures_total", "counter", "Failures of a target.");
        targets(services, "sampan_gateway_target_failures_total", Target::failures);
        head("sampan_gateway_target_active", "gauge", "Requests under way to a target.");
        targets(services, "sampan_gateway_target_active", t -> (long) t.active());
        head("sampan_gateway_target_ejected", "gauge", "1 while a target gets no requests.");
        long now = System.nanoTime();
        targets(services, "sampan_gateway_target_ejected", t -> t.isEjected(now) ? 1L : 0L);
        head("sampan_gateway_breaker_open", "gauge", "1 open, 0.5 half-open, 0 closed.");
        services.forEach((name, service) ->
                service.state()
                        .breaker()
                        .ifPresent(breaker ->
                                line(
                                        "sampan_gateway_breaker_open",
                                        label("service", name),
                                        openness(breaker))));
    }

    private static String openness(Breaker breaker) {
        return switch (breaker.state()) {
            case CLOSED -> "0";
            case HALF_OPEN -> "0.5";
            case OPEN -> "1";
        };
    }

    private void targets(
            Map<String, Service> services,
            String metric,
            java.util.function.Function<Target, Long> value) {
        services.forEach((name, service) -> {
            for (Target target : service.targets()) {
                line(
                        metric,
                        label("service", name) + "," + label("target", target.name()),
                        value.apply(target));
            }
        });
    }
}

package sampan.gateway.admin;

import java.util.ArrayList;
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
import sampan.gateway.traces.SpanCounts;

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
        exposition.spans(gateway);
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

    /// Counters and the labels that they go by.
    private record Counted(String labels, RouteStats stats) {}

    private void routes(Gateway gateway) {
        List<Counted> all =
                Stream.concat(
                                gateway.table().routes().stream().map(Route::stats),
                                Stream.of(gateway.unrouted()))
                        .map(stats -> new Counted(label("route", stats.name()), stats))
                        .toList();
        counted("sampan_gateway_", "requests", "by route", all);
        head("sampan_gateway_clients", "gauge", "Connected clients.");
        line("sampan_gateway_clients", "", gateway.clients());
        head("sampan_gateway_log_lines_dropped_total", "counter", "Lost to a slow disk.");
        line(
                "sampan_gateway_log_lines_dropped_total",
                "",
                gateway.accessLog().map(AccessLog::dropped).orElse(0L));
    }

    private void consumers(Gateway gateway) {
        counted(
                "sampan_gateway_consumer_",
                "requests",
                "by named consumer",
                gateway.consumers().stream()
                        .map(stats -> new Counted(label("consumer", stats.name()), stats))
                        .toList());
    }

    private void counted(String prefix, String noun, String by, List<Counted> all) {
        String requests = prefix + noun + "_total";
        head(
                requests,
                "counter",
                "Requests " + by + " and class of answer; none: the client left.");
        for (Counted counted : all) {
            for (int i = 0; i < CLASSES.size(); i++) {
                line(
                        requests,
                        counted.labels() + "," + label("code", CLASSES.get(i)),
                        counted.stats().answers(i));
            }
        }
        String received = prefix + "received_bytes_total";
        head(received, "counter", "Bytes of requests " + by + ".");
        all.forEach(c -> line(received, c.labels(), c.stats().bytesIn()));
        String sent = prefix + "sent_bytes_total";
        head(sent, "counter", "Bytes of answers " + by + ".");
        all.forEach(c -> line(sent, c.labels(), c.stats().bytesOut()));
        String duration = prefix + "duration_seconds";
        head(duration, "histogram", "From a head to the end of its answer, " + by + ".");
        all.forEach(c -> histogram(duration, c));
    }

    private void histogram(String name, Counted counted) {
        RouteStats stats = counted.stats();
        long sum = 0;
        for (int i = 0; i < stats.buckets(); i++) {
            sum += stats.inBucket(i);
            double bound = stats.bound(i);
            String le = Double.isInfinite(bound) ? "+Inf" : Double.toString(bound);
            line(name + "_bucket", counted.labels() + "," + label("le", le), sum);
        }
        line(name + "_sum", counted.labels(), String.format(Locale.ROOT, "%.9f", stats.seconds()));
        line(name + "_count", counted.labels(), sum);
    }

    private void spans(Gateway gateway) {
        SpanCounts spans = gateway.spans();
        head("sampan_gateway_spans_exported_total", "counter", "Spans that the collector took.");
        line("sampan_gateway_spans_exported_total", "", spans.exported());
        String dropped = "sampan_gateway_spans_dropped_total";
        head(dropped, "counter", "Spans that were lost, and to what.");
        line(dropped, label("reason", "queue"), spans.overflowed());
        line(dropped, label("reason", "collector"), spans.unsent());
        line(dropped, label("reason", "rejected"), spans.rejected());
    }

    private void services(Gateway gateway) {
        Map<String, Service> services = new TreeMap<>(gateway.table().services());
        List<Counted> all = new ArrayList<>();
        services.forEach((name, service) ->
                service.targets()
                        .forEach(target ->
                                all.add(
                                        new Counted(
                                                label("service", name)
                                                        + ","
                                                        + label("target", target.name()),
                                                target.stats()))));
        counted("sampan_gateway_target_", "answers", "by the target that was asked last", all);
        head("sampan_gateway_target_requests_total", "counter", "Attempts with a target.");
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

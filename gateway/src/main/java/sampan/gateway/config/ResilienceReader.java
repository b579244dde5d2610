package sampan.gateway.config;

import java.util.ArrayList;
import java.util.List;
import sampan.errors.SampanException;
import sampan.gateway.limits.Breaker;
import sampan.gateway.limits.Bulkhead;
import sampan.gateway.limits.Resilience;
import sampan.gateway.routes.Attribute;
import sampan.gateway.routes.Importance;

/// The part of [ConfigReader] that reads how a service is kept from being asked too much.
final class ResilienceReader {
    private static final int COUNT_MAX = 1_000_000;
    private static final long SECOND = 1_000_000_000L;
    // Each that waits has a thread, of which a loop has so many for all that waits.
    private static final int QUEUE_MAX = 512;
    private static final long WAIT_NANOS_MAX = 10 * SECOND;

    private ResilienceReader() {}

    /// What stands beside a service's targets.
    static Resilience read(YamlSection service) {
        Resilience read =
                new Resilience(
                        retrying(service.texts("retryOn", ResilienceReader::cause)),
                        service.sectionOr("hedge", "after")
                                .map(ResilienceReader::hedging)
                                .orElse(Resilience.Hedging.NONE),
                        service.section("adaptive")
                                .map(ResilienceReader::adaptive)
                                .orElse(Resilience.Adaptive.NONE),
                        service.number("budgetPercent", 20, 1, 100));
        if (service.has("budgetPercent") && !read.repeats()) {
            throw service.wrong("budgetPercent", "it goes with retryOn or hedge");
        }
        return read;
    }

    private static String cause(String field, String text) {
        return switch (text) {
            case "reset", "timeout", "500", "502", "503", "504" -> text;
            default ->
                    throw SampanException.invalid(
                            field
                                    + " \""
                                    + text
                                    + "\": write reset, timeout, 500, 502, 503 or 504");
        };
    }

    private static Resilience.Retrying retrying(List<String> causes) {
        Resilience.Retrying retrying =
                new Resilience.Retrying(0, causes.contains("reset"), causes.contains("timeout"));
        for (String cause : causes) {
            if (Character.isDigit(cause.charAt(0))) {
                retrying = retrying.with(Integer.parseInt(cause));
            }
        }
        return retrying;
    }

    private static Resilience.Hedging hedging(YamlSection section) {
        Resilience.Hedging hedging =
                new Resilience.Hedging(
                        section.nanos("after", SECOND / 10),
                        section.number("percentile", 0, 50, 99));
        section.end();
        return hedging;
    }

    private static Resilience.Adaptive adaptive(YamlSection section) {
        int min = section.number("min", 4, 1, COUNT_MAX);
        int max = section.number("max", Math.max(1000, min), 1, COUNT_MAX);
        if (max < min) {
            throw section.wrong("max", "write at least what min says");
        }
        section.end();
        return new Resilience.Adaptive(min, max);
    }

    /// What stands beside a route's limits.
    static GatewayConfig.GuardDefinition guards(YamlSection route) {
        List<GatewayConfig.BulkheadDefinition> bulkheads = new ArrayList<>();
        for (YamlSection section : route.list("concurrency", "max")) {
            bulkheads.add(bulkhead(section));
        }
        return new GatewayConfig.GuardDefinition(
                route.read("importance", Importance::named).orElse(Importance.NORMAL), bulkheads);
    }

    private static GatewayConfig.BulkheadDefinition bulkhead(YamlSection section) {
        if (!section.has("max")) {
            throw section.wrong("max", "write how many requests may be under way");
        }
        int max = section.number("max", 1, 1, Bulkhead.PLACES_MAX);
        int queue = section.number("queue", 0, 1, QUEUE_MAX);
        if (section.has("wait") && queue == 0) {
            throw section.wrong("wait", "it goes with queue");
        }
        String by = section.text("by").orElse("");
        GatewayConfig.BulkheadDefinition read =
                new GatewayConfig.BulkheadDefinition(
                        section.text("name"),
                        max,
                        section.read("by", Attribute::parse).orElse(Attribute.NONE),
                        max + " " + by,
                        queue,
                        queue == 0 ? 0 : section.nanos("wait", SECOND));
        if (read.waitNanos() > WAIT_NANOS_MAX) {
            throw section.wrong("wait", "write at most 10s");
        }
        section.end();
        return read;
    }

    static Breaker.Settings breaker(YamlSection section) {
        if (section.has("slowPercent") && !section.has("slow")) {
            throw section.wrong("slowPercent", "it goes with slow: write which answers are slow");
        }
        Breaker.Settings settings =
                new Breaker.Settings(
                        section.number("failurePercent", 50, 1, 100),
                        section.number("slowPercent", 0, 1, 100),
                        section.number("callsMin", 20, 1, COUNT_MAX),
                        section.nanos("openFor", 5 * SECOND),
                        section.number("probes", 3, 1, Breaker.PROBES_MAX),
                        section.nanos("slow", 3600 * SECOND),
                        section.number("outstanding", 0, 1, COUNT_MAX));
        section.end();
        return settings;
    }
}

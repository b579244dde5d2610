package sampan.gateway.config;

import sampan.gateway.limits.Breaker;

/// The part of [ConfigReader] that reads how a service is kept from being asked too much.
final class ResilienceReader {
    private static final int COUNT_MAX = 1_000_000;
    private static final long SECOND = 1_000_000_000L;

    private ResilienceReader() {}

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

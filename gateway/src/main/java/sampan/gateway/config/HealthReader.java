package sampan.gateway.config;

import java.util.Optional;
import java.util.OptionalInt;
import sampan.gateway.health.HealthSettings;

/// The part of [ConfigReader] that reads how targets are checked.
final class HealthReader {
    private static final long SECOND = 1_000_000_000L;
    private static final int PORT_MAX = 65_535;
    private static final int TIMES_MAX = 100;

    private HealthReader() {}

    /// `health: connect` stands for a connection, once.
    static Optional<HealthSettings> read(YamlSection service) {
        return service.sectionOr("health", "mode").map(HealthReader::health);
    }

    private static HealthSettings health(YamlSection section) {
        boolean connect = section.has("mode");
        if (connect && !section.text("mode").orElse("").equals("connect")) {
            throw section.wrong("mode", "write connect, or fields such as path and interval");
        }
        int port = section.number("port", 0, 1, PORT_MAX);
        HealthSettings read =
                new HealthSettings(
                        section.read("path", Values::path),
                        port == 0 ? OptionalInt.empty() : OptionalInt.of(port),
                        section.nanos("interval", 5 * SECOND),
                        section.nanos("timeout", SECOND),
                        section.number("healthy", 1, 1, TIMES_MAX),
                        section.number("unhealthy", 3, 1, TIMES_MAX),
                        section.flag("once", connect));
        section.end();
        return read;
    }
}

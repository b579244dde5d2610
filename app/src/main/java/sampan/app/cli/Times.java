package sampan.app.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/// Reads `--since` and `--until`.
public final class Times {
    private Times() {}

    /// RFC 3339, a date, seconds since 1970, or a duration before now.
    public static Optional<Instant> parse(String option, String text) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        if (text.matches("\\d+(\\.\\d+)?")) {
            return Optional.of(Instant.EPOCH.plusNanos(Math.round(Double.parseDouble(text) * 1e9)));
        }
        try {
            return Optional.of(Instant.parse(text));
        } catch (DateTimeParseException e) {
            // not RFC 3339: perhaps without a zone, or a duration
        }
        try {
            String whole = text.length() == 10 ? text + "T00:00:00" : text;
            return Optional.of(LocalDateTime.parse(whole).toInstant(ZoneOffset.UTC));
        } catch (DateTimeParseException e) {
            Duration before = Words.time(option, text);
            return Optional.of(Instant.now().minus(before));
        }
    }
}

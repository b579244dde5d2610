package sampan.http;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/// The Date field, made once a second at most.
final class HttpDate {
    private static final DateTimeFormatter FORMAT =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    private record Stamp(long second, String text) {}

    private static volatile Stamp latest = new Stamp(-1, "");

    private HttpDate() {}

    static String now() {
        long second = System.currentTimeMillis() / 1000;
        Stamp stamp = latest;
        if (stamp.second() != second) {
            String text = FORMAT.format(Instant.ofEpochSecond(second));
            stamp = new Stamp(second, text);
            latest = stamp;
        }
        return stamp.text();
    }
}

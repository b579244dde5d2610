package sampan.gateway.routes;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import sampan.gateway.wire.Octets;

/// Sends copies of a share of a route's requests to another service. Nobody waits for its answers,
/// which are thrown away, and what becomes of a copy changes nothing for the request.
///
/// @param percent of the requests
/// @param bodyBytesMax requests with a longer body are not copied
/// @param shadowHost whether the copy's Host ends in `-shadow`
/// @param mark the field line that tells a copy by its route
/// @param counts outlive the table
public record Mirror(
        Service service,
        int percent,
        int bodyBytesMax,
        boolean shadowHost,
        byte[] mark,
        Counts counts) {
    /// Head and body of a copy, in octets.
    public static final int BYTES_MAX = 128 << 10;

    private static final int ALL = 100;

    /// How many copies were answered, and how many were not made or not answered.
    public static final class Counts {
        private final AtomicLong answered = new AtomicLong();
        private final AtomicLong lost = new AtomicLong();

        /// One copy more has come to its end.
        public void count(boolean whole) {
            (whole ? answered : lost).incrementAndGet();
        }

        public long answered() {
            return answered.get();
        }

        public long lost() {
            return lost.get();
        }
    }

    /// The line that marks copies of a route's requests, with its CR LF.
    public static byte[] mark(String route) {
        StringBuilder line = new StringBuilder("X-Sampan-Mirror: ");
        route.chars().forEach(c -> line.append(c > ' ' && c < 0x7F ? (char) c : '_'));
        return Octets.ascii(line.append("\r\n").toString());
    }

    /// Draws whether a request is copied.
    public boolean draws() {
        return percent >= ALL || ThreadLocalRandom.current().nextInt(ALL) < percent;
    }

    /// The mirror of a route that has one.
    public static @Nullable Mirror of(Route.Action action) {
        return action instanceof Route.Forward forward ? forward.mirror().orElse(null) : null;
    }
}

package sampan.engine.logs;

import java.time.Instant;
import java.util.Optional;

/// What of a log is wanted.
///
/// @param since entries at or after it
/// @param until entries before or at it; a follower ends there
/// @param tail number of last entries of the whole log, before the other conditions; -1 for all
public record LogQuery(
        boolean stdout,
        boolean stderr,
        Optional<Instant> since,
        Optional<Instant> until,
        long tail) {
    /// Everything.
    public static final LogQuery ALL =
            new LogQuery(true, true, Optional.empty(), Optional.empty(), -1);
}

package sampan.engine.logs;

import java.time.Duration;
import java.util.Optional;

/// Says when there is more to read. Used by one thread, closed by any.
public interface Pulse extends AutoCloseable {
    /// What ended a wait.
    enum Beat {
        /// Something may have been written since the last wait.
        MORE,
        /// Nothing will be written any more; what is there is all.
        END,
        /// The time was up.
        TIMEOUT
    }

    /// Waits for something new, no longer than the limit where there is one.
    Beat await(Optional<Duration> limit) throws InterruptedException;

    @Override
    void close();
}

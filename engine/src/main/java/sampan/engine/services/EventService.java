package sampan.engine.services;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sampan.engine.events.Event;

/// What happened and happens.
public interface EventService {
    /// A running subscription; close it to end.
    interface Subscription extends AutoCloseable {
        /// Blocks for the next event; absent at the end (until reached, closed, or the subscriber
        /// was too slow and fell out of the bounded queue).
        Optional<Event> next() throws InterruptedException;

        @Override
        void close();
    }

    /// Past events from `since` on (as far as they are kept), then new ones up to `until`.
    Subscription subscribe(
            Optional<Instant> since, Optional<Instant> until, Map<String, List<String>> filters);

    void publish(Event event);
}

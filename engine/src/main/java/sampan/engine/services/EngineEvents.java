package sampan.engine.services;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import sampan.engine.events.Event;
import sampan.engine.events.EventFilter;
import sampan.engine.events.EventLog;

/// Events out of the engine's one [EventLog].
public final class EngineEvents implements EventService {
    private final EventLog log;

    public EngineEvents(EventLog log) {
        this.log = log;
    }

    @Override
    public Subscription subscribe(
            Optional<Instant> since, Optional<Instant> until, Map<String, List<String>> filters) {
        EventLog.Listener listener = log.listen(since, until, EventFilter.of(filters));
        return new Subscription() {
            @Override
            public Optional<Event> next() throws InterruptedException {
                return listener.next();
            }

            @Override
            public void close() {
                listener.close();
            }
        };
    }

    @Override
    public void publish(Event event) {
        log.publish(event);
    }
}

package sampan.engine.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EventLogTest {
    private static final EventFilter ALL = EventFilter.of(Map.of());
    private final EventLog log = new EventLog();

    private static Event event(String action, long second) {
        return new Event(
                "container",
                action,
                "abc",
                Map.of("name", "web", "image", "busybox:latest", "tier", "front"),
                Instant.ofEpochSecond(second));
    }

    @Test
    void pastThenPresent() throws Exception {
        log.publish(event("create", 1));
        log.publish(event("start", 2));
        try (var listener =
                log.listen(Optional.of(Instant.ofEpochSecond(2)), Optional.empty(), ALL)) {
            log.publish(event("die", 3));
            assertThat(listener.next()).map(Event::action).contains("start");
            assertThat(listener.next()).map(Event::action).contains("die");
        }
        assertThat(log.listenerCount()).isZero();
    }

    @Test
    void endsAtUntil() throws Exception {
        log.publish(event("create", 1));
        log.publish(event("start", 5));
        try (var listener =
                log.listen(
                        Optional.of(Instant.EPOCH), Optional.of(Instant.ofEpochSecond(3)), ALL)) {
            assertThat(listener.next()).map(Event::action).contains("create");
            assertThat(listener.next()).isEmpty();
        }
    }

    @Test
    void slowListenerIsDropped() throws Exception {
        try (var listener = log.listen(Optional.empty(), Optional.empty(), ALL)) {
            for (int i = 0; i <= EventLog.QUEUE_MAX; i++) {
                log.publish(event("create", i));
            }
            assertThat(log.listenerCount()).isZero();
            for (int i = 0; i < EventLog.QUEUE_MAX; i++) {
                assertThat(listener.next()).isPresent();
            }
            assertThat(listener.next()).isEmpty();
        }
        assertThat(log.kept()).hasSize(EventLog.KEPT_MAX);
    }

    @Test
    void filtersAreDockers() {
        assertThat(accepts("event", "exec_start")).isTrue();
        assertThat(accepts("event", "exec_start: sh")).isTrue();
        assertThat(accepts("event", "die")).isFalse();
        assertThat(accepts("container", "web")).isTrue();
        assertThat(accepts("container", "ab")).isTrue();
        assertThat(accepts("container", "other")).isFalse();
        assertThat(accepts("image", "busybox")).isTrue();
        assertThat(accepts("image", "busybox:latest")).isTrue();
        assertThat(accepts("image", "alpine")).isFalse();
        assertThat(accepts("type", "network")).isFalse();
        assertThat(accepts("label", "tier=front")).isTrue();
        assertThat(accepts("label", "tier=back")).isFalse();
        assertThatThrownBy(() -> accepts("colour", "red")).hasMessage("invalid filter 'colour'");
    }

    private static boolean accepts(String name, String value) {
        return EventFilter.of(Map.of(name, List.of(value))).accepts(event("exec_start: sh", 1));
    }
}

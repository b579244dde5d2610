package sampan.engine.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import sampan.engine.gateway.labels.Discovered;
import sampan.engine.gateway.labels.Discovered.Member;
import sampan.oci.json.Json;
import tools.jackson.databind.JsonNode;

/// Who is put to sleep, by what the gateway has counted.
class SleepingTest {
    private static final long SECOND = 1_000_000_000;

    private final Sleeping sleeping =
            new Sleeping(() -> Discovered.NOTHING, Path.of("/nowhere"), _ -> {});

    private static Member member(String id, int sleepMillis, boolean ready) {
        return new Member(id, id, "10.0.0.1:80", 1, 0, sleepMillis, ready);
    }

    private static Discovered of(String... services) {
        Map<String, List<Member>> members = new LinkedHashMap<>();
        for (String service : services) {
            members.put(service, List.of(member("c", 10_000, true)));
        }
        return new Discovered(Map.of(), members, List.of(), List.of());
    }

    private static JsonNode counts(String service, int requests, int active) {
        return Json.tree(
                """
                [{"name": "%s", "targets": [{"address": "10.0.0.1:80", "requests": %d, "active": %d}]}]
                """
                        .formatted(service, requests, active)
                        .getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void whoHasNoRequestsForLongEnoughSleepsOnce() {
        assertThat(sleeping.idle(of("s"), counts("s", 3, 0), 0)).isEmpty();
        assertThat(sleeping.idle(of("s"), counts("s", 3, 0), 9 * SECOND)).isEmpty();
        assertThat(sleeping.idle(of("s"), counts("s", 3, 0), 10 * SECOND)).containsExactly("c");
        assertThat(sleeping.idle(of("s"), counts("s", 3, 0), 11 * SECOND)).isEmpty();
    }

    @Test
    void aRequestBeginsTheTimeAnew() {
        assertThat(sleeping.idle(of("s"), counts("s", 3, 0), 0)).isEmpty();
        assertThat(sleeping.idle(of("s"), counts("s", 4, 0), 9 * SECOND)).isEmpty();
        assertThat(sleeping.idle(of("s"), counts("s", 4, 0), 18 * SECOND)).isEmpty();
        assertThat(sleeping.idle(of("s"), counts("s", 4, 0), 19 * SECOND)).containsExactly("c");
    }

    @Test
    void aRequestUnderWayKeepsItAwake() {
        assertThat(sleeping.idle(of("s"), counts("s", 4, 1), 0)).isEmpty();
        assertThat(sleeping.idle(of("s"), counts("s", 4, 1), 60 * SECOND)).isEmpty();
        assertThat(sleeping.idle(of("s"), counts("s", 4, 0), 69 * SECOND)).isEmpty();
        assertThat(sleeping.idle(of("s"), counts("s", 4, 0), 70 * SECOND)).containsExactly("c");
    }

    @Test
    void anotherServiceOfTheContainerKeepsItAwake() {
        assertThat(sleeping.idle(of("s", "t"), counts("t", 1, 0), 0)).isEmpty();
        assertThat(sleeping.idle(of("s", "t"), counts("t", 2, 0), 10 * SECOND)).isEmpty();
    }

    @Test
    void whoWasStartedAgainBeginsAnew() {
        assertThat(sleeping.idle(of("s"), counts("s", 3, 0), 0)).isEmpty();
        Discovered stopped =
                new Discovered(
                        Map.of(),
                        Map.of("s", List.of(member("c", 10_000, false))),
                        List.of(),
                        List.of());
        assertThat(sleeping.idle(stopped, counts("s", 3, 0), 11 * SECOND)).isEmpty();
        assertThat(sleeping.idle(of("s"), counts("s", 3, 0), 12 * SECOND)).isEmpty();
    }

    @Test
    void whoDoesNotSayHowLongNeverSleeps() {
        Discovered awake =
                new Discovered(
                        Map.of(), Map.of("s", List.of(member("c", 0, true))), List.of(), List.of());
        assertThat(sleeping.idle(awake, counts("s", 3, 0), 0)).isEmpty();
        assertThat(sleeping.idle(awake, counts("s", 3, 0), 999 * SECOND)).isEmpty();
    }
}

package sampan.gateway.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class GuardsTest {
    private static final long MILLI = 1_000_000L;

    @Test
    void aBudgetGivesItsShareAndSavesLittle() {
        Budget budget = new Budget(20);
        assertThat(budget.spend()).as("nothing to begin with").isFalse();
        int repeated = 0;
        for (int i = 0; i < 1000; i++) {
            budget.request();
            repeated += budget.spend() ? 1 : 0;
        }
        assertThat(repeated).isEqualTo(200);
        for (int i = 0; i < 1000; i++) {
            budget.request();
        }
        repeated = 0;
        while (budget.spend()) {
            repeated++;
        }
        assertThat(repeated).as("saved").isEqualTo(10);
        assertThat(budget.spent()).isEqualTo(210);
    }

    @Test
    void percentilesFollowWhatAnswersTake() {
        Latencies latencies = new Latencies();
        assertThat(latencies.percentile(95)).isEqualTo(-1);
        for (int i = 1; i <= 1280; i++) {
            latencies.add((i % 100 + 1) * MILLI);
        }
        assertThat(latencies.percentile(95)).isBetween(95 * MILLI, 110 * MILLI);
        for (int i = 0; i < 50_000; i++) {
            latencies.add(MILLI);
        }
        assertThat(latencies.percentile(95)).isBetween(MILLI, 2 * MILLI);
    }

    /// A server with so many workers: who comes on top waits in its queue.
    private static int settled(int workers) {
        AdaptiveLimit limit = new AdaptiveLimit(2, 500);
        long now = 0;
        for (int round = 0; round < 380; round++) {
            int active = limit.limit();
            long took = Math.max(10, 10L * active / workers) * MILLI;
            for (int i = 0; i < 20; i++) {
                limit.answered(now, took, active);
            }
            now += AdaptiveLimit.WINDOW_NANOS;
        }
        return limit.limit();
    }

    @Test
    void anAdaptiveLimitFindsWhatAServerCanDo() {
        assertThat(settled(20)).isBetween(15, 60);
        assertThat(settled(100)).isBetween(80, 250);
    }

    @Test
    void anAdaptiveLimitGoesDownWhereRequestsFailAndNotUpUnused() {
        AdaptiveLimit limit = new AdaptiveLimit(2, 500);
        long now = 0;
        for (int round = 0; round < 100; round++, now += AdaptiveLimit.WINDOW_NANOS) {
            for (int i = 0; i < 20; i++) {
                limit.answered(now, MILLI, 1);
            }
        }
        assertThat(limit.limit()).as("one at a time").isEqualTo(20);
        for (int round = 0; round < 100; round++, now += AdaptiveLimit.WINDOW_NANOS) {
            for (int i = 0; i < 20; i++) {
                limit.dropped(now, 20);
            }
        }
        assertThat(limit.limit()).isEqualTo(2);
    }

    @Test
    void aBulkheadCountsKeysApartAndGivesPlacesBack() {
        Bulkhead bulkhead = new Bulkhead(2, 0, Bulkhead.KEYS_MAX);
        int one = bulkhead.enter(7);
        assertThat(bulkhead.enter(7)).isEqualTo(one);
        assertThat(bulkhead.enter(7)).isEqualTo(Bulkhead.NONE);
        assertThat(bulkhead.enter(8)).isNotEqualTo(Bulkhead.NONE);
        bulkhead.leave(one);
        assertThat(bulkhead.enter(7)).isEqualTo(one);
        assertThat(bulkhead.active()).isEqualTo(3);
    }

    /// Whose places are all taken by other keys of its set finds none, and takes none of theirs.
    @Test
    void manyKeysAreBounded() {
        Bulkhead bulkhead = new Bulkhead(1, 0, 1);
        List<Integer> places = new ArrayList<>();
        for (int key = 0; key < 100; key++) {
            int place = bulkhead.enter(key);
            if (place != Bulkhead.NONE) {
                places.add(place);
            }
        }
        assertThat(places).hasSize(8).doesNotHaveDuplicates();
        places.forEach(bulkhead::leave);
        assertThat(bulkhead.active()).isZero();
    }

    @Test
    @Timeout(60)
    void whoWaitsGetsAPlaceInItsOrder() throws Exception {
        Bulkhead bulkhead = new Bulkhead(1, 2, 1);
        int place = bulkhead.enter(1);
        List<String> order = new java.util.concurrent.CopyOnWriteArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            String name = "w" + i;
            threads.add(
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    int got = bulkhead.enterWaiting(1, 3600_000 * MILLI);
                                    order.add(name);
                                    bulkhead.leave(got);
                                } catch (InterruptedException e) {
                                    throw new IllegalStateException(e);
                                }
                            }));
            while (bulkhead.waiting() <= i) {
                Thread.sleep(1);
            }
        }
        assertThat(bulkhead.mayWait()).isFalse();
        assertThat(bulkhead.enterWaiting(1, MILLI)).as("a full queue").isEqualTo(Bulkhead.NONE);
        bulkhead.leave(place);
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(order).containsExactly("w0", "w1");
        assertThat(bulkhead.active()).isZero();
    }
}

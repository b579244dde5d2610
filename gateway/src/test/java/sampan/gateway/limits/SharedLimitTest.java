package sampan.gateway.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/// Leases by a source whose clock is the test's, and that answers when the test says so.
class SharedLimitTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long FAR = 3600 * SECOND;

    /// A bucket in memory.
    private static final class Memory implements TokenSource {
        private record Ask(int wanted, Asker asker) {}

        private final Queue<Ask> asks = new ArrayDeque<>();
        private int tokens;
        private boolean up = true;

        @Override
        public boolean isUp() {
            return up;
        }

        @Override
        public void ask(Bucket bucket, int wanted, Asker asker) {
            asks.add(new Ask(wanted, asker));
        }

        /// Answers the one question that waits; returns how much was wanted.
        int answer() {
            Ask ask = asks.remove();
            int given = Math.min(tokens, ask.wanted);
            tokens -= given;
            ask.asker.given(given, given < ask.wanted ? FAR : 0);
            return ask.wanted;
        }
    }

    private static SharedLimit limit(Memory source) {
        return new SharedLimit(
                new SharedLimit.Settings("r", 1000, 1000, SharedLimit.OnFailure.LOCAL, SECOND),
                source,
                1);
    }

    @Test
    void aBusyKeyLeasesEverMoreAndAsksBeforeItHasNone() {
        Memory source = new Memory();
        source.tokens = 1000;
        SharedLimit limit = limit(source);
        long now = System.nanoTime();
        assertThat(limit.take(1, now)).isEqualTo(SharedLimit.UNKNOWN);
        assertThat(limit.take(1, now)).as("is asked once").isEqualTo(SharedLimit.UNKNOWN);
        int spent = 0;
        int wanted = 0;
        for (int round = 0; round < 12; round++) {
            if (source.asks.isEmpty()) {
                assertThat(limit.take(1, now)).isEqualTo(SharedLimit.UNKNOWN);
            }
            wanted = source.answer();
            while (source.asks.isEmpty() && limit.take(1, now) == 0) {
                spent++;
            }
        }
        assertThat(wanted).as("50 ms of the rate").isEqualTo(50);
        assertThat(spent).isGreaterThan(300);
        assertThat(limit.refused()).isZero();
    }

    @Test
    void whatIsKnownToBeOverTheLimitIsRefusedWithoutAsking() {
        Memory source = new Memory();
        SharedLimit limit = limit(source);
        long now = System.nanoTime();
        assertThat(limit.take(1, now)).isEqualTo(SharedLimit.UNKNOWN);
        source.answer();
        for (int i = 0; i < 100; i++) {
            assertThat(limit.take(1, System.nanoTime())).isPositive().isLessThanOrEqualTo(FAR);
        }
        assertThat(source.asks).isEmpty();
        assertThat(limit.refused()).isEqualTo(100);
    }

    @Test
    void aSourceThatIsAwayIsNotWaitedForAndWhatWasSpentCounts() throws InterruptedException {
        Memory source = new Memory();
        source.tokens = 1000;
        SharedLimit limit = limit(source);
        long now = System.nanoTime();
        int spent = 0;
        while (spent < 900) {
            long said = limit.take(1, now);
            spent += said == 0 ? 1 : 0;
            if (!source.asks.isEmpty()) {
                source.answer();
            }
        }
        source.up = false;
        while (limit.take(1, now) == 0) {
            spent++; // what is leased
        }
        assertThat(limit.take(1, now)).isEqualTo(SharedLimit.LOST);
        assertThat(limit.takeWaiting(1)).isEqualTo(SharedLimit.LOST);
        int alone = 0;
        while (limit.takeAlone(1, now) == 0) {
            alone++;
        }
        assertThat(spent + alone).isEqualTo(1000);
    }
}

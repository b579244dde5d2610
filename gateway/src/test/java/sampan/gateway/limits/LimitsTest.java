package sampan.gateway.limits;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LimitsTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long START = -50 * SECOND; // nanoTime may begin anywhere

    @Test
    void aBucketGivesItsBurstThenItsRate() {
        RateLimit limit = new RateLimit(10, 3, RateLimit.KEYS_MAX);
        for (int i = 0; i < 3; i++) {
            assertThat(limit.take(7, START)).isZero();
        }
        assertThat(limit.take(7, START)).isEqualTo(SECOND / 10);
        assertThat(limit.take(8, START)).as("another key").isZero();
        assertThat(limit.take(7, START + SECOND / 10)).isZero();
        assertThat(limit.take(7, START + SECOND / 10)).isPositive();
        for (int i = 0; i < 3; i++) {
            assertThat(limit.take(7, START + 60 * SECOND)).as("full again").isZero();
        }
        assertThat(limit.take(7, START + 60 * SECOND)).isPositive();
    }

    @Test
    void tenTimesTheRateGetsTheRateWithinOnePercent() {
        RateLimit limit = new RateLimit(1000, 1, 1);
        int accepted = 0;
        for (int i = 0; i < 200_000; i++) {
            if (limit.take(1, START + i * SECOND / 10_000) == 0) {
                accepted++;
            }
        }
        assertThat(accepted).isBetween(19_800, 20_200);
    }

    /// Somebody who makes up keys cannot make another's bucket forget what it gave.
    @Test
    void manyKeysAreBoundedAndABusyOneStaysKnown() {
        RateLimit limit = new RateLimit(1, 100, RateLimit.KEYS_MAX);
        for (int i = 0; i < 100; i++) {
            limit.take(-1, START);
        }
        assertThat(limit.take(-1, START)).isPositive();
        for (int i = 0; i < 200_000; i++) {
            limit.take(i, START + 1);
        }
        assertThat(limit.take(-1, START + 2)).isPositive();
    }
}

package sampan.gateway.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AlarmsTest {
    private static final long START =
            Math.subtractExact(Long.MAX_VALUE, 500); // nanoTime may begin anywhere

    @Test
    void ringInTheirOrderAndNotBefore() {
        Alarms alarms = new Alarms();
        List<Long> rung = new ArrayList<>();
        Random random = new Random(1);
        for (int i = 0; i < 1000; i++) {
            long after = random.nextInt(1000);
            alarms.set(START + after, rung::add, after);
        }
        assertThat(alarms.waitMillis(START - 5_000_000, -1)).isEqualTo(5);
        alarms.ring(START + 499);
        assertThat(rung).isSorted().allMatch(after -> after < 500).hasSizeGreaterThan(400);
        alarms.ring(START + 1000);
        assertThat(rung).isSorted().hasSize(1000);
        assertThat(alarms.waitMillis(START, -1)).isEqualTo(-1);
        assertThat(alarms.waitMillis(START, 7)).isEqualTo(7);
    }

    @Test
    void latenessGrowsWithTurnsThatCannotTakeAllAndEndsWithRest() {
        Lateness lateness = new Lateness();
        long milli = 1_000_000;
        long now = 0;
        long late = 0;
        for (int i = 0; i < 100; i++, now += milli) {
            late = lateness.turn(now, now + milli, true);
        }
        assertThat(late).isBetween(80 * milli, 100 * milli);
        for (int i = 0; i < 100; i++, now += milli) {
            late = lateness.turn(now, now + milli, false);
        }
        assertThat(late).isBetween(milli / 2, 2 * milli);
        assertThat(lateness.turn(now + 3600_000 * milli, now + 3600_000 * milli + 8, false))
                .as("the first after a rest")
                .isLessThan(100);
    }
}

package sampan.gateway.limits;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BreakerTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long START = -50 * SECOND; // nanoTime may begin anywhere

    private static Breaker breaker() {
        return new Breaker(new Breaker.Settings(50, 0, 10, 5 * SECOND, 2, SECOND, 0));
    }

    private static int entered(Breaker breaker, long now) {
        int call = breaker.enter(now);
        assertThat(call).isNotEqualTo(Breaker.REFUSED);
        return call;
    }

    private static void fail(Breaker breaker, int times) {
        for (int i = 0; i < times; i++) {
            breaker.failed(entered(breaker, START), START);
        }
    }

    @Test
    void opensProbesAndCloses() {
        Breaker breaker = breaker();
        fail(breaker, 9);
        assertThat(breaker.state()).isEqualTo(Breaker.State.CLOSED);
        fail(breaker, 1);
        assertThat(breaker.state()).isEqualTo(Breaker.State.OPEN);
        assertThat(breaker.enter(START + SECOND)).isEqualTo(Breaker.REFUSED);
        assertThat(breaker.waitNanos(START + SECOND)).isEqualTo(4 * SECOND);
        long later = START + 6 * SECOND;
        int one = entered(breaker, later);
        int two = entered(breaker, later);
        assertThat(breaker.state()).isEqualTo(Breaker.State.HALF_OPEN);
        assertThat(breaker.enter(later)).as("two probes only").isEqualTo(Breaker.REFUSED);
        breaker.succeeded(one, later, 1);
        breaker.succeeded(two, later, 1);
        assertThat(breaker.state()).isEqualTo(Breaker.State.CLOSED);
        entered(breaker, later);
        assertThat(breaker.opened()).isEqualTo(1);
        assertThat(breaker.refused()).isEqualTo(2);
    }

    @Test
    void aFailedProbeOpensAgainAndAnAbandonedOneIsGivenBack() {
        Breaker breaker = breaker();
        fail(breaker, 10);
        long later = START + 6 * SECOND;
        entered(breaker, later);
        breaker.abandoned(entered(breaker, later));
        int third = entered(breaker, later);
        breaker.failed(third, later);
        assertThat(breaker.state()).isEqualTo(Breaker.State.OPEN);
        assertThat(breaker.enter(later + SECOND)).isEqualTo(Breaker.REFUSED);
    }

    /// Calls to a server that hung time out long after; its probes have gone well meanwhile.
    @Test
    void aCallFromBeforeItOpenedDoesNotOpenItAgain() {
        Breaker breaker = breaker();
        int hanging = entered(breaker, START);
        int alsoHanging = entered(breaker, START);
        fail(breaker, 10);
        long later = START + 6 * SECOND;
        int probe = entered(breaker, later);
        breaker.failed(hanging, later);
        assertThat(breaker.state()).isEqualTo(Breaker.State.HALF_OPEN);
        breaker.succeeded(alsoHanging, later, 1);
        breaker.succeeded(probe, later, 1);
        assertThat(breaker.state()).as("one probe of two").isEqualTo(Breaker.State.HALF_OPEN);
        breaker.succeeded(entered(breaker, later), later, 1);
        assertThat(breaker.state()).isEqualTo(Breaker.State.CLOSED);
    }

    @Test
    void slowAnswersAreFailuresAndOldOnesAreForgotten() {
        Breaker breaker = breaker();
        for (int i = 0; i < 9; i++) {
            breaker.succeeded(entered(breaker, START), START, 2 * SECOND);
        }
        long later = START + 11 * SECOND;
        for (int i = 0; i < 9; i++) {
            breaker.succeeded(entered(breaker, later), later, 1);
        }
        breaker.failed(entered(breaker, later), later);
        assertThat(breaker.state()).isEqualTo(Breaker.State.CLOSED);
    }

    @Test
    void slowAnswersHaveAShareOfTheirOwn() {
        Breaker breaker = new Breaker(new Breaker.Settings(50, 80, 10, 5 * SECOND, 1, SECOND, 0));
        for (int i = 0; i < 3; i++) {
            breaker.succeeded(entered(breaker, START), START, 1);
        }
        for (int i = 0; i < 11; i++) {
            breaker.succeeded(entered(breaker, START), START, 2 * SECOND);
        }
        assertThat(breaker.state()).as("11 of 14").isEqualTo(Breaker.State.CLOSED);
        breaker.succeeded(entered(breaker, START), START, 2 * SECOND);
        assertThat(breaker.state()).as("12 of 15").isEqualTo(Breaker.State.OPEN);
        long later = START + 6 * SECOND;
        breaker.succeeded(entered(breaker, later), later, 2 * SECOND);
        assertThat(breaker.state()).as("a slow probe").isEqualTo(Breaker.State.OPEN);
    }

    /// A server that hangs answers nothing that could be counted.
    @Test
    void tooManyWithoutAnAnswerOpenIt() {
        Breaker breaker = new Breaker(new Breaker.Settings(50, 0, 100, 5 * SECOND, 1, SECOND, 3));
        int first = entered(breaker, START);
        entered(breaker, START);
        breaker.succeeded(first, START, 1);
        entered(breaker, START);
        entered(breaker, START);
        assertThat(breaker.state()).isEqualTo(Breaker.State.CLOSED);
        assertThat(breaker.enter(START)).isEqualTo(Breaker.REFUSED);
        assertThat(breaker.state()).isEqualTo(Breaker.State.OPEN);
        long later = START + 6 * SECOND;
        breaker.succeeded(entered(breaker, later), later, 1);
        assertThat(breaker.state()).isEqualTo(Breaker.State.CLOSED);
        entered(breaker, later);
    }
}

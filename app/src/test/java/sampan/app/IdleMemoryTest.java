package sampan.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import sampan.app.IdleMemory.Heap;
import sampan.app.IdleMemory.Watch;
import sampan.app.IdleMemory.Watch.Step;

class IdleMemoryTest {
    private static final long MIB = 1 << 20;

    private final Watch watch = new Watch();

    @Test
    void aBurstIsCollectedOnceItIsOver() {
        watch.collected(heap(6, 8));
        assertThat(watch.look(heap(20, 24))).isEqualTo(Step.WAIT);
        assertThat(watch.look(heap(38, 44))).isEqualTo(Step.WAIT);
        assertThat(watch.look(heap(38, 44))).isEqualTo(Step.COLLECT);
        watch.collected(heap(7, 10));
        assertThat(watch.look(heap(7, 10))).isEqualTo(Step.REST);
    }

    @Test
    void theHeapThatTheMachinesOwnCollectionEmptiedIsGivenBackToo() {
        watch.collected(heap(6, 8));
        watch.look(heap(38, 44));
        watch.look(heap(7, 44));
        assertThat(watch.look(heap(7, 44))).isEqualTo(Step.COLLECT);
    }

    @Test
    void workIsNotInterrupted() {
        watch.collected(heap(6, 8));
        for (int used = 10; used < 400; used += 2) {
            assertThat(watch.look(heap(used, 512))).isEqualTo(Step.WAIT);
        }
    }

    @Test
    void afterLittleWorkLibcsHeapIsTrimmedOnceAndNothingCollected() {
        watch.collected(heap(6, 8));
        assertThat(watch.look(heap(9, 11))).isEqualTo(Step.WAIT);
        assertThat(watch.look(heap(9, 11))).isEqualTo(Step.TRIM);
        assertThat(watch.look(heap(9, 11))).isEqualTo(Step.REST);
    }

    private static Heap heap(long usedMib, long committedMib) {
        return new Heap(usedMib * MIB, committedMib * MIB);
    }
}

package sampan.app;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import sampan.app.IdleMemory.Heap;
import sampan.app.IdleMemory.Watch;

class IdleMemoryTest {
    private static final long MIB = 1 << 20;

    private final Watch watch = new Watch();

    @Test
    void aBurstIsCollectedOnceItIsOver() {
        watch.collected(heap(6, 8));
        assertThat(watch.collects(heap(20, 24))).isFalse();
        assertThat(watch.collects(heap(38, 44))).isFalse();
        assertThat(watch.collects(heap(38, 44))).isTrue();
        watch.collected(heap(7, 10));
        assertThat(watch.collects(heap(7, 10))).isFalse();
    }

    @Test
    void theHeapThatTheMachinesOwnCollectionEmptiedIsGivenBackToo() {
        watch.collected(heap(6, 8));
        watch.collects(heap(38, 44));
        watch.collects(heap(7, 44));
        assertThat(watch.collects(heap(7, 44))).isTrue();
    }

    @Test
    void workIsNotInterrupted() {
        watch.collected(heap(6, 8));
        for (int used = 10; used < 400; used += 2) {
            assertThat(watch.collects(heap(used, 512))).isFalse();
        }
    }

    @Test
    void littleIsNotWorthACollection() {
        watch.collected(heap(6, 8));
        assertThat(watch.collects(heap(9, 11))).isFalse();
        assertThat(watch.collects(heap(9, 11))).isFalse();
    }

    private static Heap heap(long usedMib, long committedMib) {
        return new Heap(usedMib * MIB, committedMib * MIB);
    }
}

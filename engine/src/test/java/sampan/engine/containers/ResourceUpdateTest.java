package sampan.engine.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import sampan.errors.SampanException;

class ResourceUpdateTest {
    private static final long MIB = 1 << 20;
    private static final long CPU = 1_000_000_000L;

    private static ResourceSpec memory(long memory, long swap) {
        return spec(memory, swap, 0, 0, 0, Optional.empty());
    }

    private static ResourceSpec cpu(long nano, long period, long quota) {
        return spec(0, 0, nano, period, quota, Optional.empty());
    }

    private static ResourceSpec spec(
            long memory, long swap, long nano, long period, long quota, Optional<Long> pids) {
        return new ResourceSpec(
                memory, 0, swap, -1, false, 0, nano, period, quota, 0, 0, "", "", pids, 0,
                List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of(),
                List.of(), "", 0);
    }

    private static void refused(ResourceSpec old, ResourceSpec now, String words) {
        assertThatThrownBy(() -> ResourceUpdate.merge(old, now))
                .isInstanceOf(SampanException.class)
                .hasMessageContaining(words);
    }

    @Test
    void memoryAboveTheSwapLimitNeedsANewSwapLimit() {
        String words = "update the memoryswap at the same time";
        refused(memory(0, 0), memory(64 * MIB, 0), words);
        refused(memory(64 * MIB, 0).settled(), memory(200 * MIB, 0), words);
        assertThat(ResourceUpdate.merge(memory(64 * MIB, 0).settled(), memory(100 * MIB, 0)))
                .isEqualTo(memory(100 * MIB, 128 * MIB));
        assertThat(ResourceUpdate.merge(memory(0, 0), memory(64 * MIB, -1)))
                .isEqualTo(memory(64 * MIB, -1));
        assertThat(ResourceUpdate.merge(memory(64 * MIB, -1), memory(200 * MIB, 0)))
                .isEqualTo(memory(200 * MIB, -1));
    }

    @Test
    void processorsAreLimitedInOneWay() {
        refused(cpu(CPU, 0, 0), cpu(0, 10_000, 0), "CPU Period cannot be updated as NanoCPUs");
        refused(cpu(CPU, 0, 0), cpu(0, 0, 10_000), "CPU Quota cannot be updated as NanoCPUs");
        refused(cpu(0, 10_000, 0), cpu(CPU, 0, 0), "Nano CPUs cannot be updated as CPU Period");
        refused(cpu(0, 0, 10_000), cpu(CPU, 0, 0), "Nano CPUs cannot be updated as CPU Quota");
        assertThat(ResourceUpdate.merge(cpu(CPU, 0, 0), cpu(CPU / 2, 0, 0)))
                .isEqualTo(cpu(CPU / 2, 0, 0));
    }

    @Test
    void noLimitOfProcessesIsNoneAtCreationAndZeroAfterAnUpdate() {
        assertThat(spec(0, 0, 0, 0, 0, Optional.of(-1L)).settled().pidsLimit()).isEmpty();
        assertThat(
                        ResourceUpdate.merge(
                                        spec(0, 0, 0, 0, 0, Optional.of(7L)),
                                        spec(0, 0, 0, 0, 0, Optional.of(-1L)))
                                .pidsLimit())
                .contains(0L);
    }
}

package sampan.engine.services;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class CacheBoundsTest {
    private static final long CACHE = 100;
    private static final long FREE = 10;

    private static long kept(long reserved, long max, long minFree) {
        return new CacheBounds(reserved, max, minFree).kept(CACHE, FREE);
    }

    /// As BuildKit's `calculateKeepBytes`, but that a disk with enough free space asks for nothing.
    @Test
    void theLeastBoundDecidesAndWhatIsReservedStaysInAnyCase() {
        assertThat(kept(40, 0, 0)).isEqualTo(40);
        assertThat(kept(0, 30, 0)).isEqualTo(30);
        assertThat(kept(40, 30, 0)).isEqualTo(40);
        assertThat(kept(0, 0, FREE)).isEqualTo(CACHE);
        assertThat(kept(0, 0, FREE + 25)).isEqualTo(75);
        assertThat(kept(0, 90, FREE + 25)).isEqualTo(75);
        assertThat(kept(80, 90, FREE + 25)).isEqualTo(80);
    }

    @Test
    void noBoundIsNegative() {
        assertThatThrownBy(() -> new CacheBounds(0, -1, 0))
                .hasMessage("max-used-space -1: must be 0 or more bytes");
    }
}

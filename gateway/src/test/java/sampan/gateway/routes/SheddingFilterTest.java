package sampan.gateway.routes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import sampan.gateway.wire.RequestHead;

class SheddingFilterTest {
    private static final long BEARS = 1000;

    private static int refused(Importance importance, long late) {
        SheddingFilter filter = new SheddingFilter(BEARS, importance);
        RequestView view = new RequestView(new RequestHead());
        view.lateness(late);
        int refused = 0;
        for (int i = 0; i < 1000; i++) {
            refused += filter.check(view, 0) == Filter.PASS ? 0 : 1;
        }
        assertThat(filter.refused()).isEqualTo(refused);
        return refused;
    }

    @Test
    void whatMattersLessIsRefusedFirst() {
        assertThat(refused(Importance.LOW, BEARS)).isZero();
        assertThat(refused(Importance.LOW, BEARS * 3 / 2)).isBetween(300, 700);
        assertThat(refused(Importance.LOW, BEARS * 2)).isEqualTo(1000);
        assertThat(refused(Importance.NORMAL, BEARS * 2)).isZero();
        assertThat(refused(Importance.NORMAL, BEARS * 4)).isEqualTo(1000);
        assertThat(refused(Importance.HIGH, BEARS * 4)).isZero();
        assertThat(refused(Importance.HIGH, BEARS * 8)).isEqualTo(1000);
    }
}

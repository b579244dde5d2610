package sampan.engine.registry.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import sampan.oci.Digest;

class KnownBlobsTest {
    private static final String PLACE = "registry.example/a";

    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5); // it may overflow
    private final KnownBlobs known = new KnownBlobs(now::get);

    private static Digest blob(int number) {
        return Digest.of(new byte[] {(byte) number, (byte) (number >> 8)});
    }

    @Test
    void knowsForAWhile() {
        known.saw(PLACE, blob(1));
        assertThat(known.has(PLACE, blob(1))).isTrue();
        assertThat(known.has(PLACE, blob(2))).isFalse();
        assertThat(known.has("registry.example/b", blob(1))).isFalse();
        now.addAndGet(KnownBlobs.KEPT.toNanos() - 1);
        assertThat(known.has(PLACE, blob(1))).isTrue();
        now.addAndGet(1);
        assertThat(known.has(PLACE, blob(1))).isFalse();
    }

    @Test
    void forgetsARepository() {
        known.saw(PLACE, blob(1));
        known.saw("registry.example/b", blob(1));
        known.forget(PLACE);
        assertThat(known.has(PLACE, blob(1))).isFalse();
        assertThat(known.has("registry.example/b", blob(1))).isTrue();
    }

    @Test
    void keepsTheBlobsThatWereHeardOfLast() {
        for (int i = 0; i <= KnownBlobs.BLOBS_MAX; i++) {
            known.saw(PLACE, blob(i));
        }
        assertThat(known.has(PLACE, blob(0))).isFalse();
        assertThat(known.has(PLACE, blob(1))).isTrue();
        assertThat(known.has(PLACE, blob(KnownBlobs.BLOBS_MAX))).isTrue();
    }

    @Test
    void keepsTheRepositoriesThatWereHeardOfLast() {
        for (int i = 0; i <= KnownBlobs.REPOSITORIES_MAX; i++) {
            known.saw(PLACE + i, blob(1));
        }
        assertThat(known.has(PLACE + 0, blob(1))).isFalse();
        assertThat(known.has(PLACE + 1, blob(1))).isTrue();
    }
}

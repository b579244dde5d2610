package sampan.linux.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Sha256Test {
    @Test
    void sumsUpAsJavaDoes() {
        Random random = new Random(7);
        for (int size : new int[] {0, 1, 55, 56, 64, 65, 4096, (64 << 10) - 1, 64 << 10, 200_001}) {
            byte[] content = new byte[size];
            random.nextBytes(content);
            assertThat(Sha256.create().digest(content))
                    .as("%s bytes", size)
                    .isEqualTo(Sha256.ofJava().digest(content));
        }
    }

    @Test
    void takesEveryKindOfBufferAndLeavesItRead() {
        byte[] content = new byte[150_000];
        new Random(8).nextBytes(content);
        ByteBuffer direct = ByteBuffer.allocateDirect(content.length).put(content).flip();
        ByteBuffer heap = ByteBuffer.wrap(content);
        ByteBuffer readOnly = ByteBuffer.wrap(content).asReadOnlyBuffer();
        for (ByteBuffer each : new ByteBuffer[] {direct, heap, readOnly}) {
            each.position(17).limit(140_003);
            MessageDigest java = Sha256.ofJava();
            java.update(content, 17, 140_003 - 17);
            MessageDigest ours = Sha256.create();
            ours.update(each);
            assertThat(ours.digest()).isEqualTo(java.digest());
            assertThat(each.hasRemaining()).isFalse();
        }
    }

    @Test
    void beginsAnewAfterTheEndAndAfterReset() {
        MessageDigest ours = Sha256.create();
        ours.update((byte) 1);
        byte[] first = ours.digest();
        ours.update((byte) 1);
        assertThat(ours.digest()).isEqualTo(first);
        ours.update((byte) 2);
        ours.reset();
        ours.update((byte) 1);
        assertThat(ours.digest()).isEqualTo(first);
        assertThat(Sha256.create().getAlgorithm()).isEqualTo("SHA-256");
    }
}

package sampan.oci.tar;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class StreamChannelTest {
    private static final int SIZE = 1000;
    private static final int PART = 7;

    @Test
    void whatComesInSmallPartsIsReadInOnePiece() throws IOException {
        StreamChannel channel = new StreamChannel(new Parts(new byte[SIZE]));
        ByteBuffer target = ByteBuffer.allocate(SIZE - 1);
        assertThat(channel.read(target)).isEqualTo(SIZE - 1);
        target.clear();
        assertThat(channel.read(target)).isEqualTo(1);
        assertThat(channel.read(target)).isEqualTo(-1);
    }

    @Test
    void noRoomIsNotTheEnd() throws IOException {
        StreamChannel channel = new StreamChannel(new Parts(new byte[SIZE]));
        assertThat(channel.read(ByteBuffer.allocate(0))).isZero();
    }

    /// Gives a few bytes at a time, as a socket does.
    private static final class Parts extends InputStream {
        private final ByteArrayInputStream all;

        Parts(byte[] content) {
            all = new ByteArrayInputStream(content);
        }

        @Override
        public int read() {
            return all.read();
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            return all.read(target, offset, Math.min(length, PART));
        }
    }
}

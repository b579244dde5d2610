package sampan.api.streams;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Log entries as clients get them.
class LogStreamTest {
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private int flushes;

    private final LogStream.Target target =
            new LogStream.Target() {
                @Override
                public void write(ByteBuffer bytes) {
                    byte[] copy = new byte[bytes.remaining()];
                    bytes.get(copy);
                    written.writeBytes(copy);
                }

                @Override
                public void flush() {
                    flushes++;
                }
            };

    private static ByteBuffer ascii(String text) {
        return StandardCharsets.US_ASCII.encode(text);
    }

    @ParameterizedTest
    @CsvSource({
        "2026-01-02T03:04:05Z, 2026-01-02T03:04:05.000000000Z",
        "2026-01-02T03:04:05.1Z, 2026-01-02T03:04:05.100000000Z",
        "2026-01-02T03:04:05.123456789Z, 2026-01-02T03:04:05.123456789Z",
    })
    void timesHaveNineDigits(String logged, String shown) {
        LogStream stream = new LogStream(target, false, true, Optional.empty());
        stream.entry(1, ascii(logged), ascii("x\n"));
        stream.finish();
        assertThat(written).hasToString(shown + " x\n");
    }

    @Test
    void framesCountWhatStandsInFront() {
        LogStream stream = new LogStream(target, true, true, Optional.of("a=b"));
        stream.entry(2, ascii("2026-01-02T03:04:05.123456789Z"), ascii("x\n"));
        stream.flush();
        assertThat(written.toString(StandardCharsets.ISO_8859_1))
                .isEqualTo("\2\0\0\0\0\0\0\45" + "2026-01-02T03:04:05.123456789Z a=b x\n");
        assertThat(flushes).isEqualTo(1);
    }

    @Test
    void emptyDetailsStillHaveTheirBlank() {
        LogStream stream = new LogStream(target, false, false, Optional.of(""));
        stream.entry(1, ascii("2026-01-02T03:04:05Z"), ascii("x\n"));
        stream.finish();
        assertThat(written).hasToString(" x\n");
    }

    @Test
    void linesOfAnyLengthKeepTheirOrder() {
        LogStream stream = new LogStream(target, true, false, Optional.empty());
        StringBuilder expected = new StringBuilder();
        for (int length : new int[] {1, 16_384, 65_536, 70_000, 2, 65_535, 200_000, 3}) {
            String line = "x".repeat(length);
            stream.entry(1, ascii("2026-01-02T03:04:05Z"), ascii(line));
            expected.append("\1\0\0\0");
            for (int shift = 24; shift >= 0; shift -= 8) {
                expected.append((char) (length >>> shift & 0xff));
            }
            expected.append(line);
        }
        stream.finish();
        assertThat(written.toString(StandardCharsets.ISO_8859_1)).isEqualTo(expected.toString());
    }
}

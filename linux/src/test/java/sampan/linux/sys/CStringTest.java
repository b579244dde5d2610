package sampan.linux.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import sampan.errors.SampanException;

class CStringTest {
    @Test
    void anyBytesComeBackAsTheyWere() {
        Random random = new Random(7);
        for (int round = 0; round < 2000; round++) {
            byte[] bytes = new byte[random.nextInt(12)];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) (1 + random.nextInt(255));
            }
            assertThat(CString.encode(CString.decode(bytes))).isEqualTo(bytes);
        }
    }

    @Test
    void textIsUtf8() {
        assertThat(CString.decode(CString.encode("größe \uFFFD 🚢"))).isEqualTo("größe \uFFFD 🚢");
    }

    @Test
    void surrogatesOfAPairAreNotTakenForBytes() {
        String pair = new String(Character.toChars(0x1F480));
        assertThat(CString.encode(pair)).hasSize(4);
        assertThat(CString.encode("\uDCFF")).containsExactly(0xFF);
    }

    @Test
    void aNulIsRefused() {
        assertThatThrownBy(() -> CString.encode("a\0b")).isInstanceOf(SampanException.class);
    }
}

package sampan.buildkit.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import sampan.errors.SampanException;

class FieldsTest {
    @Test
    void whatIsWrittenIsRead() {
        byte[] bytes =
                new Message()
                        .number(1, -5)
                        .truth(2, true)
                        .text(3, "ä")
                        .texts(4, List.of("a", "", "b"))
                        .strings(5, Map.of("k", "v"))
                        .message(6, new Message())
                        .bytes();
        Fields fields = Fields.of(bytes);
        assertThat(fields.number(1)).isEqualTo(-5);
        assertThat(fields.truth(2)).isTrue();
        assertThat(fields.text(3)).isEqualTo("ä");
        assertThat(fields.texts(4)).containsExactly("a", "", "b");
        assertThat(fields.strings(5)).isEqualTo(Map.of("k", "v"));
        assertThat(fields.message(6)).isPresent();
        assertThat(fields.message(7)).isEmpty();
    }

    @Test
    void defaultsAreLeftOutAndReadAsSuch() {
        assertThat(new Message().number(1, 0).text(2, "").truth(3, false).bytes()).isEmpty();
        Fields none = Fields.of(new byte[0]);
        assertThat(none.number(1)).isZero();
        assertThat(none.text(2)).isEmpty();
        assertThat(none.texts(2)).isEmpty();
    }

    @Test
    void aFieldOfAnotherTypeReadsAsAbsent() {
        Fields fields = Fields.of(new Message().text(1, "text").number(2, 7).bytes());
        assertThat(fields.number(1)).isZero();
        assertThat(fields.text(2)).isEmpty();
        assertThat(fields.messages(2)).isEmpty();
    }

    @Test
    void whatIsNoMessageIsRefused() {
        for (byte[] bytes :
                List.of(new byte[] {0x0A, 0x7F, 1}, new byte[] {0x08}, new byte[] {7})) {
            assertThatThrownBy(() -> Fields.of(bytes)).isInstanceOf(SampanException.class);
        }
    }
}

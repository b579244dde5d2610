package sampan.oci.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

class JsonTest {
    record Thing(String name, int count, List<String> words) {
        Thing {
            if (count < 0) {
                throw SampanException.invalid("count " + count + " is negative");
            }
        }
    }

    private static <T> T read(String document, Class<T> type) {
        return Json.read(document.getBytes(StandardCharsets.UTF_8), type);
    }

    @Test
    void bindsByNameAndIgnoresWhatIsUnknown() {
        Thing thing = read("{\"name\":\"a\",\"other\":{\"x\":[1]},\"count\":2}", Thing.class);
        assertThat(thing.name()).isEqualTo("a");
        assertThat(thing.count()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "{\"name\":\"a\"} x",
                "{\"name\":\"a\"}{}",
                "{\"name\":\"a\",\"name\":\"b\"}",
                "{\"count\":\"many\"}",
                "{\"count\":99999999999}",
                "[1]",
                "{'name':'a'}",
            })
    void refusesWhatIsNotOneDocument(String document) {
        assertThatThrownBy(() -> read(document, Thing.class))
                .isInstanceOfSatisfying(
                        SampanException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID))
                .hasMessageStartingWith("invalid JSON: ");
    }

    @Test
    void reportsARecordsRefusalInItsWords() {
        assertThatThrownBy(() -> read("{\"count\":-1}", Thing.class))
                .hasMessage("invalid JSON: count -1 is negative");
    }

    @Test
    void refusesDeepNesting() {
        String deep = "{\"x\":" + "[".repeat(100) + "]".repeat(100) + "}";
        assertThatThrownBy(() -> read(deep, Thing.class)).isInstanceOf(SampanException.class);
    }

    @Test
    void refusesLongDocuments() {
        byte[] document = new byte[(int) Json.DOCUMENT_BYTES_MAX + (64 << 10)];
        java.util.Arrays.fill(document, (byte) ' ');
        document[document.length - 2] = '{';
        document[document.length - 1] = '}';
        assertThatThrownBy(() -> Json.read(document, Thing.class))
                .isInstanceOf(SampanException.class);
    }

    @Test
    void writesOptionalsAsTheirValue() {
        record Holder(Optional<String> some, Optional<String> none) {}
        assertThat(Json.text(new Holder(Optional.of("x"), Optional.empty())))
                .isEqualTo("{\"some\":\"x\",\"none\":null}");
    }
}

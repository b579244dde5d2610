package sampan.oci.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
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

    @Test
    void objectOfNamedFieldsWritesAllKindsOfValuesAsTheLibraryDoes() {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("none", null);
        fields.put("text", "a\"\n\u0001\u00e9");
        fields.put("truth", true);
        fields.put("numbers", List.of(1, 2L, 2.5, new BigInteger("12345678901234567890")));
        fields.put("bytes", new byte[] {1, 2});
        fields.put("record", new Thing("a", 1, List.of("w")));
        fields.put("optional", Optional.of("x"));
        fields.put("map", Map.of("k", List.of(Map.of(), List.of())));
        String plain = Json.text(fields);
        Map<String, @Nullable Object> outer = new LinkedHashMap<>(fields);
        outer.put("inner", new Named(fields));
        assertThat(Json.text(new Named(fields))).isEqualTo(plain);
        assertThat(Json.text(new Named(outer)))
                .isEqualTo(plain.substring(0, plain.length() - 1) + ",\"inner\":" + plain + "}");
        assertThat(Json.text(List.of(new Named(Map.of())))).isEqualTo("[{}]");
        assertThat(Json.pretty(new Named(fields))).isEqualTo(Json.pretty(fields));
        assertThat(Json.indented(new Named(fields), "  ")).isEqualTo(Json.indented(fields, "  "));
    }

    private static final class Named extends JsonObject {
        private final Map<String, @Nullable Object> fields;

        private Named(Map<String, @Nullable Object> fields) {
            this.fields = fields;
        }

        @Override
        public Map<String, @Nullable Object> fields() {
            return fields;
        }
    }
}

package sampan.oci.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import sampan.errors.SampanException;

class JsonFieldsTest {
    private static Map<String, String> fields(String document) {
        Map<String, String> found = new LinkedHashMap<>();
        JsonFields.of(document.getBytes(StandardCharsets.UTF_8))
                .forEach((name, value) ->
                        found.put(name, new String(value, StandardCharsets.UTF_8)));
        return found;
    }

    @Test
    void valuesStayAsTheyStand() {
        assertThat(
                        fields(
                                "{ \"a\" : { \"x\": [1.0, 1e2,  {}] } ,\n\"b\":\"ü\\u00fc\",\"c\":1.50"
                                        + " , \"d\" : null,\"e\":true,\"f\":[ ] }\n"))
                .containsExactly(
                        Map.entry("a", "{ \"x\": [1.0, 1e2,  {}] }"),
                        Map.entry("b", "\"ü\\u00fc\""),
                        Map.entry("c", "1.50"),
                        Map.entry("d", "null"),
                        Map.entry("e", "true"),
                        Map.entry("f", "[ ]"));
        assertThat(fields("{}")).isEmpty();
    }

    /// Each is also wrong within what is only handed on.
    @Test
    void whatIsNoObjectIsRefused() {
        String deep = "[".repeat(Json.DEPTH_MAX + 1) + "]".repeat(Json.DEPTH_MAX + 1);
        for (String document :
                new String[] {
                    "",
                    "[]",
                    "1",
                    "{",
                    "{\"a\":",
                    "{\"a\":1",
                    "{\"a\":1}{}",
                    "{\"a\":1} x",
                    "{\"a\":{\"b\":tru}}",
                    "{\"a\":{\"b\":1,\"b\":2}}",
                    "{\"a\":1,\"a\":2}",
                    "{\"a\":\"\u0001\"}",
                    "{\"a\":\"x}",
                    "{\"a\":" + deep + "}",
                    "{'a':1}"
                }) {
            assertThatThrownBy(() -> fields(document))
                    .as(document)
                    .isInstanceOf(SampanException.class)
                    .hasMessageContaining("invalid JSON");
        }
    }
}

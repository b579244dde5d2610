package sampan.oci.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class IndentedJsonTest {
    @Test
    void looksAsGosEncoderIndents() {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("id", "a\"b");
        document.put("pid", 7);
        document.put("none", List.of());
        document.put("empty", Map.of());
        document.put("list", List.of(1, Map.of("k", true)));
        assertThat(Json.indented(document, "  "))
                .isEqualTo(
                        """
                        {
                          "id": "a\\"b",
                          "pid": 7,
                          "none": [],
                          "empty": {},
                          "list": [
                            1,
                            {
                              "k": true
                            }
                          ]
                        }\
                        """);
    }
}

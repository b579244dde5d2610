package sampan.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.oci.json.Json;

class DigestTest {
    private static final String EMPTY =
            "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    @Test
    void knowsTheDigestOfNothing() {
        assertThat(Digest.of(new byte[0])).hasToString(EMPTY);
    }

    @Test
    void readsBothAlgorithms() {
        assertThat(Digest.parse(EMPTY).brief()).isEqualTo("e3b0c44298fc");
        assertThat(Digest.parse("sha512:" + "a".repeat(128)).isSha256()).isFalse();
    }

    @Test
    void isAStringInJson() {
        assertThat(Json.text(Digest.parse(EMPTY))).isEqualTo('"' + EMPTY + '"');
        byte[] document = ('"' + EMPTY + '"').getBytes(StandardCharsets.UTF_8);
        assertThat(Json.read(document, Digest.class)).isEqualTo(Digest.parse(EMPTY));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "sha256",
                "sha256:",
                "sha256:E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855",
                "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85",
                "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b8555",
                "sha256:../../../../../../../../../../../../../../../../../../../../../../e",
                "md5:d41d8cd98f00b204e9800998ecf8427e",
                ":e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            })
    void refusesAnythingElse(String text) {
        assertThatThrownBy(() -> Digest.parse(text))
                .isInstanceOfSatisfying(
                        SampanException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID));
    }
}

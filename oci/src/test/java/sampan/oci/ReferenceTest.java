package sampan.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import sampan.errors.SampanException;

class ReferenceTest {
    private static final String DIGEST = "sha256:" + "0123456789abcdef".repeat(4);

    @ParameterizedTest
    @CsvSource({
        "busybox, docker.io/library/busybox:latest, busybox:latest",
        "busybox:1.36, docker.io/library/busybox:1.36, busybox:1.36",
        "library/busybox, docker.io/library/busybox:latest, busybox:latest",
        "docker.io/busybox, docker.io/library/busybox:latest, busybox:latest",
        "index.docker.io/library/busybox, docker.io/library/busybox:latest, busybox:latest",
        "bench/debian, docker.io/bench/debian:latest, bench/debian:latest",
        "library/a/b, docker.io/library/a/b:latest, library/a/b:latest",
        "localhost/a, localhost/a:latest, localhost/a:latest",
        "localhost:5000/a:v1, localhost:5000/a:v1, localhost:5000/a:v1",
        "quay.io/a/b/c, quay.io/a/b/c:latest, quay.io/a/b/c:latest",
        "REGISTRY/a, REGISTRY/a:latest, REGISTRY/a:latest",
        "[::1]:5000/a, [::1]:5000/a:latest, [::1]:5000/a:latest",
        "a__b/c-d.e:_x, docker.io/a__b/c-d.e:_x, a__b/c-d.e:_x",
    })
    void completesAndShortens(String text, String whole, String familiar) {
        Reference reference = Reference.parse(text);
        assertThat(reference).hasToString(whole);
        assertThat(reference.familiar()).isEqualTo(familiar);
        assertThat(Reference.parse(whole)).isEqualTo(reference);
        assertThat(Reference.parse(familiar)).isEqualTo(reference);
    }

    @Test
    void keepsADigestAndAddsNoTagToIt() {
        Reference pinned = Reference.parse("busybox@" + DIGEST);
        assertThat(pinned.tag()).isEmpty();
        assertThat(pinned.familiar()).isEqualTo("busybox@" + DIGEST);
        Reference both = Reference.parse("busybox:1@" + DIGEST);
        assertThat(both.tag()).contains("1");
        assertThat(both.digest()).contains(Digest.parse(DIGEST));
    }

    @Test
    void takesNamesOf255CharactersAndTagsOf128() {
        String path = "a".repeat(255 - "docker.io/b/".length());
        assertThat(Reference.parse("b/" + path).name()).hasSize(255);
        assertThatThrownBy(() -> Reference.parse("b/" + path + "a"))
                .hasMessage("repository name must not be more than 255 characters");
        assertThat(Reference.parse("a:" + "t".repeat(128)).tag().orElseThrow()).hasSize(128);
        assertThatThrownBy(() -> Reference.parse("a:" + "t".repeat(129)))
                .isInstanceOf(SampanException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                "a:",
                "a:b:c",
                "/a",
                "a/",
                "a//b",
                "-a",
                "a-",
                "a..b",
                "a___b",
                "../a",
                "a b",
                "a@sha256:1",
                "a@",
                "http://a/b",
                "a:.b",
                "a\u0000b",
                "localhost:/a",
            })
    void refusesWhatNamesNothing(String text) {
        assertThatThrownBy(() -> Reference.parse(text))
                .isInstanceOf(SampanException.class)
                .hasMessage("invalid reference format");
    }

    @Test
    void saysThatNamesAreLowerCase() {
        assertThatThrownBy(() -> Reference.parse("Busybox"))
                .hasMessage(
                        "invalid reference format: repository name (library/Busybox) must be lowercase");
    }

    @Test
    void refusesAnIdAsAName() {
        assertThatThrownBy(() -> Reference.parse("a".repeat(64)))
                .hasMessageContaining("cannot specify 64-byte hexadecimal strings");
    }
}

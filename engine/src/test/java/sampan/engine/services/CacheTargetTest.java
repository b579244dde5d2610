package sampan.engine.services;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import sampan.engine.services.CacheTarget.Type;
import sampan.errors.SampanException;

class CacheTargetTest {
    @Test
    void aRegistryIsGivenTheResultCompressedUnlessMoreIsSaid() {
        assertThat(CacheTarget.of("registry", Map.of("ref", "a/b:1")))
                .isEqualTo(new CacheTarget(Type.REGISTRY, "a/b:1", false, true, false));
        Map<String, String> all =
                Map.of(
                        "ref", "a/b:1",
                        "mode", "max",
                        "compression", "uncompressed",
                        "ignore-error", "true",
                        "image-manifest", "false",
                        "oci-mediatypes", "true",
                        "registry.insecure", "false");
        assertThat(CacheTarget.of("registry", all))
                .isEqualTo(new CacheTarget(Type.REGISTRY, "a/b:1", true, false, true));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gha", "s3", "azblob", ""})
    void otherPlacesAreRefusedByName(String type) {
        assertThatThrownBy(() -> CacheTarget.of(type, Map.of("ref", "a/b:1")))
                .isInstanceOf(SampanException.class)
                .hasMessageContaining("--cache-to type=" + type + " is not supported");
    }

    @ParameterizedTest
    @CsvSource({
        "registry, mode, all",
        "registry, compression, zstd",
        "registry, oci-mediatypes, false",
        "registry, registry.insecure, true",
        "registry, dest, /d",
        "local, compression, gzip",
        "local, mode, all",
    })
    void whatIsNotUnderstoodIsRefusedByName(String type, String name, String value) {
        Map<String, String> attributes =
                Map.of(name, value, type.equals("local") ? "dest" : "ref", "p");
        assertThatThrownBy(() -> CacheTarget.of(type, attributes))
                .isInstanceOf(SampanException.class)
                .hasMessageContaining(name);
    }

    @Test
    void anImageHoldsNoOtherStages() {
        assertThat(CacheTarget.of("inline", Map.of()).type()).isEqualTo(Type.INLINE);
        assertThatThrownBy(() -> CacheTarget.of("inline", Map.of("mode", "max")))
                .hasMessageContaining("mode=max");
    }

    @Test
    void aPlaceMustBeNamed() {
        assertThatThrownBy(() -> CacheTarget.of("local", Map.of("mode", "max")))
                .hasMessage("--cache-to type=local: dest is missing");
    }
}

package sampan.app.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sampan.errors.SampanException;

class UsernsRemapTest {
    @TempDir Path etc;

    @Test
    void namesAreLookedUp() throws IOException {
        Files.writeString(etc.resolve("subuid"), "ann:100000:65536\nann:9:9\nbob:200000:65536\n");
        Files.writeString(etc.resolve("subgid"), "ann:100000:65536\nbob:300000:65536\n");
        assertThat(UsernsRemap.mode("", etc)).isEmpty();
        assertThat(UsernsRemap.mode("default", etc)).isEqualTo("remap");
        assertThat(UsernsRemap.mode("ann", etc)).isEqualTo("keep:0:100000:65536");
        assertThat(UsernsRemap.mode("ann:ann", etc)).isEqualTo("keep:0:100000:65536");
        assertThatThrownBy(() -> UsernsRemap.mode("bob", etc))
                .isInstanceOf(SampanException.class)
                .hasMessageContaining("ranges differ");
        assertThatThrownBy(() -> UsernsRemap.mode("eve", etc))
                .isInstanceOf(SampanException.class)
                .hasMessageContaining("add a line eve:START:65536");
    }
}

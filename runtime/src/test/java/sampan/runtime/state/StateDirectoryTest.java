package sampan.runtime.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sampan.oci.spec.SpecDefaults;

class StateDirectoryTest {
    @TempDir private Path home;

    private StateDirectory states() {
        return new StateDirectory(home.resolve("not/yet/there"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"..", ".", "a/b", "a b", "ä", "a\n"})
    void whatIsNoIdIsRefused(String id) {
        assertThatThrownBy(() -> states().place(id)).hasMessage("invalid container ID format");
    }

    @Test
    void whatWasSavedIsFoundUntilItIsRemoved() {
        StateDirectory states = states();
        states.reserve("one");
        StoredContainer one =
                new StoredContainer(
                        "one", "/b", "/b/r", "now", "c", List.of("0::/x"), SpecDefaults.spec(true));
        states.save(one);
        assertThat(states.find("one")).contains(one);
        assertThat(states.ids()).containsExactly("one");
        assertThatThrownBy(() -> states.reserve("one"))
                .hasMessage("container with given ID already exists");
        states.remove("one");
        assertThat(states.find("one")).isEmpty();
        assertThat(states.ids()).isEmpty();
    }
}

package sampan.runtime.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SubCgroupsTest {
    @Test
    void onePathIsForAllHierarchies() {
        assertThat(SubCgroups.parse(List.of())).isEqualTo(SubCgroups.NONE);
        assertThat(SubCgroups.parse(List.of("a/b")).paths()).isEqualTo(Map.of("", "a/b"));
    }

    @Test
    void controllersHavePathsOfTheirOwn() {
        assertThat(SubCgroups.parse(List.of("cpu,memory:a", "pids:b")).paths())
                .isEqualTo(Map.of("cpu", "a", "memory", "a", "pids", "b"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                ":a | invalid --cgroup argument: :a (empty <controller> prefix)",
                "cpu,:a | invalid --cgroup argument: cpu,:a (empty <controller> prefix)",
                "cpu,cpu:a | invalid --cgroup argument: cpu,cpu:a (controller cpu specified"
                        + " multiple times)",
            })
    void wrongWordsAreRefusedAsRuncDoes(String word, String message) {
        assertThatThrownBy(() -> SubCgroups.parse(List.of(word))).hasMessage(message);
    }

    @Test
    void oneOfManyNeedsItsController() {
        assertThatThrownBy(() -> SubCgroups.parse(List.of("cpu:a", "b")))
                .hasMessage("invalid --cgroup argument: b (missing <controller>: prefix)");
    }
}

package sampan.engine.build.plan;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ScanScopeTest {
    @Test
    void aValueIsATruthOrNamesStages() {
        assertThat(ScanScope.covers("true", "made")).isTrue();
        assertThat(ScanScope.covers("1", "made")).isTrue();
        assertThat(ScanScope.covers("false", "made")).isFalse();
        assertThat(ScanScope.covers("0", "made")).isFalse();
        assertThat(ScanScope.covers("", "made")).isFalse();
        assertThat(ScanScope.covers("left,made", "made")).isTrue();
        assertThat(ScanScope.covers("left", "made")).isFalse();
        assertThat(ScanScope.covers("left, made", "made")).isFalse();
    }
}

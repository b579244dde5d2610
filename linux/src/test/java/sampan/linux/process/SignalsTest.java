package sampan.linux.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import sampan.errors.SampanException;

class SignalsTest {
    @ParameterizedTest
    @CsvSource({
        "TERM,15",
        "sigterm,15",
        "9,9",
        "SIGRTMIN+3,37",
        "rtmax-1,63",
        "RTMIN,34",
        "SIGRTMAX,64",
        "64,64",
        "CLD,17",
        "RTMIN+0,34"
    })
    void everySpelling(String text, int number) {
        assertThat(Signals.number(text)).isEqualTo(number);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "65", "-1", "SIG", "SIGFOO", "RTMIN+31", "999999999999", "1x"})
    void nonsense(String text) {
        assertThatThrownBy(() -> Signals.number(text)).isInstanceOf(SampanException.class);
    }

    @Test
    void namesComeBack() {
        for (int number = 1; number <= Signals.RTMAX; number++) {
            String name = Signals.name(number);
            assertThat(Signals.number(name)).isEqualTo(number);
        }
        assertThat(Signals.name(37)).isEqualTo("SIGRTMIN+3");
        assertThat(Signals.name(32)).isEqualTo("32");
    }
}

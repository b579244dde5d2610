package sampan.app.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// How many arguments a usage line asks for.
class ArityTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "[OPTIONS]; accepts no arguments",
                "''; accepts no arguments",
                "[OPTIONS] CONTAINER; requires 1 argument",
                "CONTAINER NEW_NAME; requires 2 arguments",
                "SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]; requires 2 arguments",
                "[OPTIONS] CONTAINER [CONTAINER...]; requires at least 1 argument",
                "[OPTIONS] CONTAINER COMMAND [ARG...]; requires at least 2 arguments",
                "[OPTIONS] IMAGE [COMMAND] [ARG...]; requires at least 1 argument",
                "[OPTIONS] [REPOSITORY[:TAG]]; requires at most 1 argument",
            })
    void aUsageLineTellsHowMany(String usage, String demand) {
        assertThat(Arity.of(usage).demand()).isEqualTo(demand);
    }
}

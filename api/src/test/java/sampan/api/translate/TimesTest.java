package sampan.api.translate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Moments and spans in the API's form.
class TimesTest {
    @ParameterizedTest
    @CsvSource({
        "0, Less than a second", "1, 1 second", "59, 59 seconds", "60, About a minute",
        "119, About a minute", "120, 2 minutes", "3599, 59 minutes", "3600, About an hour",
        "7200, 2 hours", "172799, 2 days", "1209600, 2 weeks", "5184000, 2 months",
        "63072000, 2 years",
    })
    void spansReadAsDockers(long seconds, String text) {
        assertThat(Times.human(Duration.ofSeconds(seconds))).isEqualTo(text);
    }

    @Test
    void timestampsAreSecondsWithAFraction() {
        assertThat(Times.parse("since", "")).isEmpty();
        assertThat(Times.parseUnlessZero("since", "0")).isEmpty();
        assertThat(Times.parse("since", "0")).contains(Instant.EPOCH);
        assertThat(Times.parse("since", "12.5")).contains(Instant.ofEpochSecond(12, 500_000_000));
        assertThat(Times.parse("since", "12.000000001")).contains(Instant.ofEpochSecond(12, 1));
        assertThat(Times.parse("since", "1970-01-01T01:00:00+01:00")).contains(Instant.EPOCH);
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "1.", "1.x", "1.1234567890", "99999999999999999999", "T"})
    void otherTextIsRefused(String text) {
        assertThatThrownBy(() -> Times.parse("since", text)).hasMessageContaining("since");
    }

    @Test
    void fractionsLoseTheirZeros() {
        assertThat(Times.text(Instant.parse("2026-01-02T03:04:05.120Z")))
                .isEqualTo("2026-01-02T03:04:05.12Z");
        assertThat(Times.text(Instant.EPOCH)).isEqualTo("1970-01-01T00:00:00Z");
    }
}

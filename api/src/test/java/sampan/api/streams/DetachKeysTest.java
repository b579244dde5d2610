package sampan.api.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The keys that detach: found across any cut, and nothing else is lost.
class DetachKeysTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a,a,b | aaab | a | true",
                "a,a,b | aaaab | aa | true",
                "a,a,b | aacaab | aac | true",
                "a,b,a,c | ababac | ab | true",
                "a,b,a,c | ababab | ab | false",
                "x | abc | abc | false",
                "x | abxc | ab | true",
                "a,b | a | '' | false",
            })
    void theSequenceIsFoundHoweverItIsCut(
            String keys, String typed, String passed, boolean detached) {
        byte[] bytes = typed.getBytes(StandardCharsets.US_ASCII);
        for (int size = 1; size <= bytes.length; size++) {
            DetachKeys parsed = DetachKeys.parse(keys);
            StringBuilder pass = new StringBuilder();
            boolean found = false;
            for (int at = 0; at < bytes.length && !found; at += size) {
                DetachKeys.Typed result =
                        parsed.type(ByteBuffer.wrap(bytes, at, Math.min(size, bytes.length - at)));
                pass.append(StandardCharsets.US_ASCII.decode(result.pass()));
                found = result.detached();
            }
            assertThat(found).as("pieces of %d", size).isEqualTo(detached);
            if (detached) {
                assertThat(pass).hasToString(passed);
            } else {
                pass.append(StandardCharsets.US_ASCII.decode(parsed.held()));
                assertThat(pass).hasToString(typed);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"'',1011", "'ctrl-p,ctrl-q',1011", "'ctrl-@,ctrl-[',001b", "'ctrl-_,a',1f61"})
    void wordsAreControlCharacters(String keys, String hex) {
        byte[] typed = HexFormat.of().parseHex(hex);
        assertThat(DetachKeys.parse(keys).type(ByteBuffer.wrap(typed)).detached()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ctrl-", "ctrl-1", "ctrl-P", "ab", ",", "ctrl-a,", "\u00e4"})
    void otherWordsAreRefused(String keys) {
        assertThatThrownBy(() -> DetachKeys.parse(keys))
                .hasMessage("Invalid detach keys (" + keys + ") provided");
    }
}

package sampan.engine.build.syntax;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import sampan.errors.SampanException;

class WordsTest {
    private static final Map<String, String> VARIABLES =
            Map.of("A", "one", "E", "", "P", "/usr/local/lib.tar.gz", "TWO", "x y");

    private static Optional<String> variable(String name) {
        return Optional.ofNullable(VARIABLES.get(name));
    }

    private static String one(String text) {
        return Words.one(text, '\\', WordsTest::variable);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "plain | plain",
                "$A | one",
                "${A} | one",
                "x${A}y$A/z | xoney" + "one/z",
                "$Ab | ``",
                "$1 | ``",
                "$ | $",
                "a$ | a$",
                "\\$A | $A",
                "\\\\$A | \\one",
                "'$A' | $A",
                "\"$A\" | one",
                "\"a\\\"b\" | a\"b",
                "\"a\\nb\" | a\\nb",
                "\"\\$A\" | $A",
                "'a'\"b\"c | abc",
                "${A:-d} | one",
                "${E:-d} | d",
                "${E-d} | ``",
                "${N-d} | d",
                "${N:-$A} | one",
                "${N:-${M:-deep}} | deep",
                "${A:+d} | d",
                "${E:+d} | ``",
                "${E+d} | d",
                "${N+d} | ``",
                "${A:?no} | one",
                "${P#*/} | usr/local/lib.tar.gz",
                "${P##*/} | lib.tar.gz",
                "${P%.*} | /usr/local/lib.tar",
                "${P%%.*} | /usr/local/lib",
                "${P#nope} | /usr/local/lib.tar.gz",
                "${P/l/L} | /usr/Local/lib.tar.gz",
                "${P//l/L} | /usr/LocaL/Lib.tar.gz",
                "${P//\\//_} | _usr_local_lib.tar.gz",
                "${P/l*b/X} | /usr/X.tar.gz",
                "${A#?} | ne",
                "${N:-'a b'} | a b",
            })
    void replaces(String text, String expected) {
        assertThat(one(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "${A | missing '}'",
                "${ | missing '}'",
                "${} | bad substitution",
                "${A:~x} | unsupported modifier (:~) in substitution",
                "${A!x} | unsupported modifier (!) in substitution",
                "${A:-x | missing '}'",
                "${N:?} | N: is not allowed to be unset",
                "${E:?} | E: is not allowed to be empty",
                "${N?give N} | N: give N",
                "'a | matching single-quote",
                "\"a | matching double-quote",
            })
    void refuses(String text, String words) {
        assertThatThrownBy(() -> one(text))
                .isInstanceOf(SampanException.class)
                .hasMessageContaining(words);
    }

    @Test
    void splitsVariablesThatAreNotQuoted() {
        assertThat(Words.many("$TWO \"$TWO\" z", '\\', WordsTest::variable))
                .containsExactly("x", "y", "x y", "z");
        assertThat(Words.many("a '' b", '\\', WordsTest::variable)).containsExactly("a", "", "b");
    }

    @Test
    void keepsQuotesOfDocuments() {
        assertThat(Words.document("'$A' \"$A\" \\$A a\\n", '\\', WordsTest::variable))
                .isEqualTo("'one' \"one\" $A a\\n");
    }

    @Test
    void escapesWithWhatTheFileSays() {
        assertThat(Words.one("`$A C:\\dir", '`', WordsTest::variable)).isEqualTo("$A C:\\dir");
    }
}

package sampan.engine.build.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IgnoreRulesTest {
    @ParameterizedTest
    @CsvSource({
        "a, a, true",
        "a, a/b, true",
        "a, b/a, false",
        "/a, a, true",
        "a/, a, true",
        "./a/../b, b, true",
        "*.md, x.md, true",
        "*.md, d/x.md, false",
        "**/*.md, x.md, true",
        "**/*.md, d/e/x.md, true",
        "**, x, true",
        "a/**, a/b/c, true",
        "a/**/z, a/z, true",
        "a/**/z, a/b/c/z, true",
        "a?c, abc, true",
        "a?c, a/c, false",
        "[ab]c, bc, true",
        "[^ab]c, cc, true",
        "[^ab]c, ac, false",
        "a.c, abc, false",
        "a\\*, a*, true",
        "a\\*, ab, false",
        "*, a/b, true",
        "*/x, a/x, true",
        "*/x, a/b/x, false",
        "a$, a$, true",
    })
    void matches(String rule, String path, boolean ignored) {
        assertThat(IgnoreRules.file(rule).ignores(path)).isEqualTo(ignored);
    }

    @Test
    void theLastRuleThatMatchesDecides() {
        IgnoreRules rules = IgnoreRules.file("*.md\n!README*.md\nREADME-secret.md\n");
        assertThat(rules.ignores("x.md")).isTrue();
        assertThat(rules.ignores("README.md")).isFalse();
        assertThat(rules.ignores("README-secret.md")).isTrue();
        IgnoreRules other = IgnoreRules.file("*.md\nREADME-secret.md\n!README*.md\n");
        assertThat(other.ignores("README-secret.md")).isFalse();
    }

    @Test
    void letsInBelowAnIgnoredDirectory() {
        IgnoreRules rules = IgnoreRules.file("d\n!d/keep\n");
        assertThat(rules.ignores("d/x")).isTrue();
        assertThat(rules.ignores("d/keep")).isFalse();
        assertThat(rules.ignores("d/keep/y")).isFalse();
        assertThat(rules.ignoresAllBelow("d")).isFalse();
        assertThat(IgnoreRules.file("d").ignoresAllBelow("d")).isTrue();
    }

    @Test
    void readsCommentsBlanksAndWindowsLines() {
        IgnoreRules rules = IgnoreRules.file("\uFEFF# a\r\n\r\n  b  \r\n #c\r\n! d\r\n");
        assertThat(rules.ignores("a")).isFalse();
        assertThat(rules.ignores("b")).isTrue();
        assertThat(rules.ignores("#c")).isTrue();
    }

    @Test
    void refusesALoneExclamationMark() {
        assertThatThrownBy(() -> IgnoreRules.of(List.of("!")))
                .hasMessageContaining("illegal exclusion pattern");
    }

    @ParameterizedTest
    @CsvSource({
        "*, abc, true",
        "*, a/b, false",
        "a[1-3], a2, true",
        "a[1-3], a4, false",
        "a[^1], a1, false",
        "a\\[b, a[b, true",
        "a?, ab, true",
        "a.b, axb, false",
    })
    void matchesAsGoDoes(String pattern, String name, boolean fits) {
        assertThat(FilePattern.of(pattern).matcher(name).matches()).isEqualTo(fits);
    }

    @Test
    void refusesPatternsWithoutAnEnd() {
        assertThatThrownBy(() -> FilePattern.of("a[b"))
                .hasMessageContaining("syntax error in pattern");
        assertThatThrownBy(() -> FilePattern.of("a\\"))
                .hasMessageContaining("syntax error in pattern");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "755 | 0644 | false | 0755",
                "u=rw,go=r | 0777 | false | 0644",
                "+x | 0644 | false | 0755",
                "a-w | 0666 | false | 0444",
                "go-rwx | 0755 | true | 0700",
                "u=rwX,go=rX | 0640 | false | 0644",
                "u=rwX,go=rX | 0640 | true | 0755",
                "u+s | 0755 | false | 04755",
                "+t | 0777 | true | 01777",
            })
    void changesModes(String text, String before, boolean directory, String after) {
        int changed = FileMode.parse(text).apply(Integer.parseInt(before, 8), directory);
        assertThat(Integer.toOctalString(changed))
                .isEqualTo(Integer.toOctalString(Integer.parseInt(after, 8)));
    }

    @ParameterizedTest
    @CsvSource({"9", "rwx", "77777", "u=q"})
    void refusesModes(String text) {
        assertThatThrownBy(() -> FileMode.parse(text))
                .hasMessageContaining("invalid chmod parameter: '" + text + "'");
    }
}

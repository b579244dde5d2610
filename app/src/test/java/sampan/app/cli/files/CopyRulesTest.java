package sampan.app.cli.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Where a copy goes, by the words of its two paths.
class CopyRulesTest {
    private static final CopyRules.From FILE = new CopyRules.From("f", false);
    private static final CopyRules.From DIRECTORY = new CopyRules.From("d", true);
    private static final CopyRules.From CONTENT = new CopyRules.From(".", true);

    @ParameterizedTest
    @CsvSource({
        "/a/b, /a/b",
        "b, /here/b",
        "b/, /here/b/",
        "b/., /here/b/.",
        "., /here/.",
        "./, /here/",
        ".., /",
        "../x//y/../z, /x/z",
        "/, /",
        "/., /.",
        "/a/../.., /",
    })
    void aPathIsMadeAbsoluteAndItsEndKept(String path, String absolute) {
        assertThat(PathWords.absolute("/here", path)).isEqualTo(absolute);
    }

    @ParameterizedTest
    @CsvSource({"/a/b, /a, b", "/a/b/, /a, b", "/a/b/., /a/b, .", "/a, /, a", "/, /, /", "a, ., a"})
    void aPathHasADirectoryAndABase(String path, String directory, String base) {
        assertThat(PathWords.directory(path)).isEqualTo(directory);
        assertThat(PathWords.base(path)).isEqualTo(base);
    }

    @Test
    void anExistingDirectoryTakesIt() {
        CopyRules.To to = new CopyRules.To("/to", true, true);
        assertThat(CopyRules.of(FILE, to)).isEqualTo(new CopyRules("/to", "f"));
        assertThat(CopyRules.of(DIRECTORY, to)).isEqualTo(new CopyRules("/to", "d"));
        assertThat(CopyRules.of(CONTENT, to)).isEqualTo(new CopyRules("/to", "."));
    }

    @Test
    void whatIsNotThereIsMadeUnderItsName() {
        CopyRules.To to = new CopyRules.To("/to/new", false, false);
        assertThat(CopyRules.of(FILE, to)).isEqualTo(new CopyRules("/to", "new"));
        assertThat(CopyRules.of(DIRECTORY, to)).isEqualTo(new CopyRules("/to", "new"));
        assertThat(CopyRules.of(CONTENT, to)).isEqualTo(new CopyRules("/to", "new"));
        CopyRules.To slash = new CopyRules.To("/to/new/", false, false);
        assertThat(CopyRules.of(DIRECTORY, slash)).isEqualTo(new CopyRules("/to", "new"));
        assertThatThrownBy(() -> CopyRules.of(FILE, slash)).hasMessage("no such directory");
    }

    @Test
    void anExistingFileIsReplacedByFilesOnly() {
        CopyRules.To to = new CopyRules.To("/to/old", true, false);
        assertThat(CopyRules.of(FILE, to)).isEqualTo(new CopyRules("/to", "old"));
        assertThatThrownBy(() -> CopyRules.of(DIRECTORY, to)).hasMessage("cannot copy directory");
    }
}

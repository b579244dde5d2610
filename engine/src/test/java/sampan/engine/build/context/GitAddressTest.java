package sampan.engine.build.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sampan.errors.SampanException;

class GitAddressTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "git://h/r",
                "ssh://git@h/r",
                "git@h:u/r.git",
                "https://h/r.git",
                "http://h/r.git#main:sub",
                "https://h/r.git?ref=main",
                "github.com/u/r"
            })
    void repositoriesAreTold(String address) {
        assertThat(GitAddress.isGit(address)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://h/r.git/x",
                "https://h/a.tar#b.git",
                "/r.git",
                ".",
                "file:///r.git",
                "a:b"
            })
    void otherThingsAreNone(String address) {
        assertThat(GitAddress.isGit(address)).isFalse();
    }

    @Test
    void aFragmentNamesRefAndDirectory() {
        GitAddress address = GitAddress.parse("https://h/r.git#v1:a/b");
        assertThat(address.remote()).isEqualTo("https://h/r.git");
        assertThat(address.ref()).isEqualTo("v1");
        assertThat(address.directory()).isEqualTo("a/b");
        GitAddress scp = GitAddress.parse("git@h:u/r.git#:sub");
        assertThat(scp.remote()).isEqualTo("git@h:u/r.git");
        assertThat(scp.ref()).isEmpty();
        assertThat(scp.directory()).isEqualTo("sub");
    }

    @Test
    void aQueryNamesTheSame() {
        GitAddress address =
                GitAddress.parse("https://h/r.git?tag=v1&subdir=a&checksum=0123456&keep-git-dir=1");
        assertThat(address.remote()).isEqualTo("https://h/r.git");
        assertThat(address.ref()).isEqualTo("refs/tags/v1");
        assertThat(address.directory()).isEqualTo("a");
        assertThat(address.keepGitDir()).isEqualTo(Optional.of(true));
        address.verify("0123456789");
        assertThatThrownBy(() -> address.verify("9123456789"))
                .isInstanceOf(SampanException.class)
                .hasMessageContaining("expected checksum to match 0123456, got 9123456789");
        assertThatThrownBy(() -> GitAddress.parse("https://h/r.git?evil=1"))
                .hasMessageContaining("unexpected query \"evil\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://h/r.git#-x",
                "https://h/r.git#--upload-pack=touch",
                "https://h/r.git#a..b",
                "https://h/r.git#a b",
                "https://h/r.git#a^{}",
                "-c@h:r"
            })
    void whatGitCouldTakeForSomethingElseIsRefused(String address) {
        assertThatThrownBy(() -> GitAddress.parse(address))
                .hasMessageContaining("invalid git address");
    }

    @Test
    void aPasswordIsNotShown() {
        assertThat(GitAddress.parse("https://u:p@h/r.git#x"))
                .hasToString("https://xxxxx@h/r.git#x");
    }
}

package sampan.linux.users;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sampan.errors.SampanException;
import sampan.linux.files.FileOps;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;

@Timeout(30)
class UserDatabaseTest {
    private static final UserDatabase DATABASE =
            parse(
                    """
                    # a comment
                    root:x:0:0:root:/root:/bin/bash

                    app:x:1000:1001:An App:/home/app:/bin/sh
                    nohome:x:1002:1002
                    broken:x:abc:0::/:
                    huge:x:99999999999:0::/:
                    minus:x:-1:0::/:
                    root:x:7:7::/second:
                    77:x:1077:1077::/seven:
                    """,
                    """
                    root:x:0:
                    adm:x:4:app,other
                    tape:x:26: app ,
                    adm2:x:4:app
                    apps:x:1001:
                    """);

    private static UserDatabase parse(String passwd, String group) {
        return UserDatabase.parse(
                passwd.getBytes(StandardCharsets.UTF_8), group.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void linesThatMakeNoSenseArePassedOver() {
        assertThat(DATABASE.users())
                .extracting(User::name)
                .containsExactly("root", "app", "nohome", "root", "77");
        assertThat(DATABASE.userNamed("app"))
                .contains(new User("app", 1000, 1001, "An App", "/home/app", "/bin/sh"));
        assertThat(DATABASE.userNamed("root").orElseThrow().uid()).isZero();
        assertThat(DATABASE.group(4).orElseThrow().name()).isEqualTo("adm");
        assertThat(DATABASE.groupNamed("tape").orElseThrow().members()).containsExactly("app");
        assertThat(DATABASE.user(12345)).isEmpty();
    }

    @Test
    void aUserBringsItsGroupsAndAGivenGroupReplacesThem() {
        Identity app = DATABASE.resolve("app");
        assertThat(app.uid()).isEqualTo(1000);
        assertThat(app.gid()).isEqualTo(1001);
        assertThat(app.groups()).containsExactly(4, 26);
        assertThat(app.home()).isEqualTo("/home/app");
        assertThat(DATABASE.resolve("1000")).isEqualTo(app);
        Identity withGroup = DATABASE.resolve("app:tape");
        assertThat(withGroup.gid()).isEqualTo(26);
        assertThat(withGroup.groups()).isEmpty();
        assertThat(DATABASE.resolve("app:5").gid()).isEqualTo(5);
    }

    @Test
    void numbersNeedNoEntry() {
        Identity nobody = DATABASE.resolve("4242");
        assertThat(nobody.uid()).isEqualTo(4242);
        assertThat(nobody.gid()).isZero();
        assertThat(nobody.home()).isEqualTo("/");
        assertThat(nobody.name()).isEmpty();
        assertThat(DATABASE.resolve("4242:43").gid()).isEqualTo(43);
        assertThat(DATABASE.resolve("").uid()).isZero();
        assertThat(DATABASE.resolve("").home()).isEqualTo("/root");
        assertThat(DATABASE.resolve(":26").gid()).isEqualTo(26);
        assertThat(DATABASE.resolve("77").uid()).isEqualTo(1077);
        assertThat(UserDatabase.EMPTY.resolve("").home()).isEqualTo("/");
        assertThat(DATABASE.resolve("nohome").home()).isEqualTo("/");
    }

    @ParameterizedTest
    @ValueSource(strings = {"who", "app:who", "1e3", "+1"})
    void unknownNames(String specification) {
        assertThatThrownBy(() -> DATABASE.resolve(specification))
                .isInstanceOf(SampanException.class)
                .hasMessageContaining("no matching entries in");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "2147483648", "99999999999999999999", "app:-1", "1:4294967296"})
    void numbersOutOfRange(String specification) {
        assertThatThrownBy(() -> DATABASE.resolve(specification))
                .isInstanceOf(SampanException.class)
                .hasMessage("uids and gids must be in range 0-2147483647");
    }

    @Test
    void tooManyLinesAreRefused() {
        String many = "a:x:1:1::/:\n".repeat(UserDatabase.ENTRIES_MAX + 1);
        assertThatThrownBy(() -> parse(many, "")).isInstanceOf(SampanException.class);
    }

    @Test
    void theContainersFilesNeverTheHosts(@TempDir Path temp) throws IOException {
        Files.createDirectories(temp.resolve("etc"));
        try (Fd root = Fd.open(temp.toString(), Open.PATH)) {
            assertThat(UserDatabase.inRoot(root)).isEqualTo(UserDatabase.EMPTY);
            Files.createSymbolicLink(temp.resolve("etc/passwd"), Path.of("/real"));
            Files.writeString(temp.resolve("real"), "inner:x:5:5::/:\n");
            assertThat(UserDatabase.inRoot(root).users())
                    .extracting(User::name)
                    .containsExactly("inner");
            FileOps.mknodAt(root, "etc/group", 0010644, 0);
            assertThatThrownBy(() -> UserDatabase.inRoot(root)).isInstanceOf(SampanException.class);
        }
        assertThat(UserDatabase.host().user(0).orElseThrow().name()).isEqualTo("root");
        assertThat(List.copyOf(UserDatabase.host().groups())).isNotEmpty();
    }
}

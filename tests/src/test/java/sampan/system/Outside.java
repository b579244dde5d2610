package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// What lies outside of the store and an archive that breaks out would reach: files beside it, and
/// places of the machine where a name of ours must not appear.
record Outside(PrivateDaemon daemon) {
    static final String UP = "../".repeat(30);
    static final String EVIL = "sampan-evil-" + ProcessHandle.current().pid();

    /// Files beside the store that an escape would reach.
    void lay() throws IOException {
        Path dir = Files.createDirectories(daemon.home().resolve("canary"));
        Files.writeString(dir.resolve("file"), "untouched");
    }

    Map<String, String> look() {
        Map<String, String> seen = new TreeMap<>();
        try (Stream<Path> all = Files.walk(daemon.home().resolve("canary"))) {
            for (Path path : all.toList()) {
                seen.put(
                        path.toString(),
                        Files.readAttributes(path, "unix:mode,nlink,uid,ctime").toString());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        for (String place : List.of("/", "/tmp", "/etc", "/dev", "/root")) {
            seen.put(
                    place + EVIL,
                    Boolean.toString(
                            Files.exists(Path.of(place, EVIL), LinkOption.NOFOLLOW_LINKS)));
        }
        return seen;
    }

    /// One line of words for people.
    static void clear(Outcome outcome) {
        assertThat(outcome.err().strip())
                .isNotEmpty()
                .doesNotContain("Exception", "\tat ", "java.")
                .doesNotContain("\n");
    }
}

package sampan.engine.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sampan.engine.testing.Specs;

class ContainersTest {
    @TempDir Path directory;
    private Containers containers;

    @BeforeEach
    void start() {
        containers = new Containers(new ContainerFiles(directory));
    }

    private ContainerHandle make(String id, String name) {
        ContainerId identity = new ContainerId(id);
        String taken = containers.reserve(Optional.of(name), identity);
        ContainerRecord record =
                new ContainerRecord(
                        new ContainerRecord.Origin(
                                identity,
                                Instant.now(),
                                "sha256:1",
                                "",
                                "true",
                                List.of(),
                                List.of(),
                                List.of(),
                                Map.of()),
                        taken,
                        new Specs().spec(),
                        ContainerState.fresh(),
                        List.of(),
                        List.of(),
                        0,
                        false);
        containers.files().create(record, false);
        return containers.add(record);
    }

    @Test
    void findsByIdPrefixAndName() {
        ContainerHandle one = make("ab".repeat(32), "one");
        ContainerHandle two = make("ac".repeat(32), "two");
        assertThat(containers.resolve("ab".repeat(32))).isSameAs(one);
        assertThat(containers.resolve("ab")).isSameAs(one);
        assertThat(containers.resolve("two")).isSameAs(two);
        assertThat(containers.resolve("/two")).isSameAs(two);
        assertThatThrownBy(() -> containers.resolve("a"))
                .hasMessage("multiple IDs found with provided prefix: a");
        assertThatThrownBy(() -> containers.resolve("nope")).hasMessage("No such container: nope");
        assertThatThrownBy(() -> containers.resolve("")).hasMessage("No such container: ");
    }

    @Test
    void nameWinsOverPrefix() {
        make("ab".repeat(32), "one");
        ContainerHandle named = make("cd".repeat(32), "abab");
        assertThat(containers.resolve("abab")).isSameAs(named);
    }

    @Test
    void namesAreUnique() {
        make("ab".repeat(32), "one");
        assertThatThrownBy(() -> make("ac".repeat(32), "/one"))
                .hasMessageStartingWith(
                        "Conflict. The container name \"/one\" is already in use by container \""
                                + "ab".repeat(32));
        assertThatThrownBy(() -> make("ac".repeat(32), "-x"))
                .hasMessageStartingWith("Invalid container name (-x), only ");
    }

    @Test
    void renameFreesTheOldName() {
        ContainerHandle one = make("ab".repeat(32), "one");
        one.turn().run(() -> containers.rename(one, "other"));
        assertThat(containers.resolve("other")).isSameAs(one);
        make("ac".repeat(32), "one");
    }

    @Test
    void filesSurviveARestart() throws Exception {
        ContainerHandle one = make("ab".repeat(32), "one");
        one.turn().run(() -> one.change(r -> r.withState(r.state().start(5, Instant.EPOCH))));
        one.writeNow();
        Files.createDirectory(directory.resolve("cd".repeat(32)));
        ContainerFiles.Found found = new ContainerFiles(directory).readAll();
        assertThat(found.records()).containsExactly(one.record());
        assertThat(found.halfMade()).containsExactly(directory.resolve("cd".repeat(32)));
    }

    @Test
    void aContainerOfAnotherVersionIsNotTakenForHalfMade() throws Exception {
        Path other = Files.createDirectory(directory.resolve("cd".repeat(32)));
        Files.writeString(other.resolve("container.json"), "{\"format\":99}");
        Path cut = Files.createDirectory(directory.resolve("ce".repeat(32)));
        Files.writeString(cut.resolve("container.json"), "{\"format\":1,\"orig");
        ContainerFiles.Found found = new ContainerFiles(directory).readAll();
        assertThat(found.unreadable()).containsExactly(other);
        assertThat(found.halfMade()).containsExactly(cut);
    }

    @Test
    void removedOneIsNotWrittenAgain() {
        ContainerHandle one = make("ab".repeat(32), "one");
        one.turn().run(() -> one.change(r -> r.withStopped(true)));
        one.retire();
        containers.files().delete(one.id());
        one.writeNow();
        assertThat(one.directory()).doesNotExist();
    }

    @Test
    void madeUpNamesDoNotRepeat() {
        NameGenerator generator = new NameGenerator(new Random(1));
        Set<String> taken = new HashSet<>();
        for (int i = 0; i < 20_000; i++) {
            generator.next(taken::add);
        }
        assertThat(taken).hasSize(20_000).allMatch(name -> name.matches("[a-z]+_[a-z]+[0-9]*"));
    }
}

package sampan.engine.build.execute;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sampan.engine.build.execute.CacheMounts.Mount;
import sampan.engine.build.execute.CacheMounts.Wanted;

@Tag("privileged")
class CacheMountsTest {
    @TempDir private Path place = Path.of("");

    private CacheMounts mounts() {
        return new CacheMounts(place.resolve("mounts"), place.resolve("records"));
    }

    private static Wanted wanted(String id) {
        return new Wanted(id, "/" + id, 0755, 0, 0);
    }

    private static void use(CacheMounts mounts, String id) {
        mounts.open(wanted(id), "shared").close();
    }

    private static List<String> oldestFirst(CacheMounts mounts) {
        return mounts.mounts().stream()
                .sorted(Comparator.comparing(Mount::used))
                .map(Mount::description)
                .toList();
    }

    @Test
    void theOrderOfTheirUseOutlivesTheDaemon() {
        CacheMounts mounts = mounts();
        List.of("a", "b", "c", "a").forEach(id -> use(mounts, id));
        List<String> order =
                List.of(
                        "cached mount /b with id b",
                        "cached mount /c with id c",
                        "cached mount /a with id a");
        assertThat(oldestFirst(mounts)).isEqualTo(order);
        CacheMounts again = mounts();
        assertThat(oldestFirst(again)).isEqualTo(order);
        assertThat(again.mounts()).extracting(Mount::uses).containsExactlyInAnyOrder(1L, 1L, 2L);
        assertThat(again.strangers()).isEmpty();
    }

    @Test
    void oneInUseOrUsedSinceStays() {
        CacheMounts mounts = mounts();
        try (CacheMounts.Use use = mounts.open(wanted("a"), "shared")) {
            Mount now = mounts.mounts().getFirst();
            assertThat(mounts.isUsed(now)).isTrue();
            assertThat(mounts.remove(now)).isZero();
            assertThat(use.path()).exists();
        }
        Mount before = mounts.mounts().getFirst();
        use(mounts, "a");
        assertThat(mounts.remove(before)).isZero();
        Mount now = mounts.mounts().getFirst();
        assertThat(mounts.remove(now)).isPositive();
        assertThat(mounts.mounts()).isEmpty();
        assertThat(place.resolve("mounts")).isEmptyDirectory();
        assertThat(place.resolve("records")).isEmptyDirectory();
    }

    @Test
    void directoriesWithoutARecordAreKnownAndRecordsWithoutADirectoryGo() throws IOException {
        use(mounts(), "a");
        try (var files = Files.list(place.resolve("records"))) {
            for (Path file : files.toList()) {
                Files.move(file, place.resolve("records/" + "0".repeat(32) + ".json"));
            }
        }
        CacheMounts again = mounts();
        assertThat(again.mounts()).singleElement().extracting(Mount::uses).isEqualTo(0L);
        assertThat(place.resolve("records")).isEmptyDirectory();
        assertThat(again.remove(again.mounts().getFirst())).isPositive();
        assertThat(place.resolve("mounts")).isEmptyDirectory();
    }
}

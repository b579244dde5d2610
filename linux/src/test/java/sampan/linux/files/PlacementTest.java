package sampan.linux.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;

class PlacementTest {
    @TempDir Path directory;

    private static boolean spread(Path path) {
        try (Fd fd = Fd.open(path.toString(), Open.RDONLY | Open.DIRECTORY)) {
            return Placement.spread(fd);
        }
    }

    @Test
    void aFileSystemWithoutPlacesIsNoFailure() {
        assertThat(spread(Path.of("/proc"))).isFalse();
    }

    @Test
    void sayingItTwiceIsSayingItOnce() throws Exception {
        Path parent = Files.createDirectory(directory.resolve("parent"));
        boolean first = spread(parent);
        assertThat(spread(parent)).isEqualTo(first);
        assertThat(Files.createDirectory(parent.resolve("child"))).isDirectory();
    }
}

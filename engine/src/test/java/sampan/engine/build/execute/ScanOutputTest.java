package sampan.engine.build.execute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sampan.engine.build.context.Tree;
import sampan.engine.services.BuildResult;
import sampan.engine.services.BuildResult.Scanned;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.sys.Fd;
import sampan.linux.sys.Open;

class ScanOutputTest {
    private final Path directory;

    ScanOutputTest(@TempDir Path directory) {
        this.directory = directory;
    }

    private List<Scanned> read() {
        try (Fd opened = Fd.open(directory.toString(), Open.PATH | Open.DIRECTORY)) {
            return ScanOutput.read(new Tree(opened), "sbom", "a/b");
        }
    }

    private void file(String name, long bytes) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(directory.resolve(name).toFile(), "rw")) {
            file.setLength(bytes);
        }
    }

    private void refused(String told) {
        assertThatThrownBy(this::read)
                .isInstanceOfSatisfying(
                        SampanException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID))
                .hasMessageContaining("scanner a/b wrote " + told);
    }

    @Test
    void whatTellsOfTheResultComesFirst() throws IOException {
        for (String name : List.of("a", "sbom", "sbom-x", "z")) {
            Files.writeString(directory.resolve(name + ".spdx.json"), name);
        }
        List<Scanned> found = read();
        assertThat(found)
                .extracting(Scanned::name)
                .containsExactly(
                        "sbom.spdx.json", "a.spdx.json", "sbom-x.spdx.json", "z.spdx.json");
        assertThat(found.getFirst().content()).asString().isEqualTo("sbom");
    }

    @Test
    void nothingIsNoAnswer() {
        refused("nothing: write $BUILDKIT_SCAN_DESTINATION/sbom.spdx.json");
    }

    @Test
    void filesAreAsLargeAsTheBoundAndNoLarger() throws IOException {
        file("a.spdx.json", BuildResult.SCAN_BYTES_MAX);
        file("b.spdx.json", BuildResult.SCAN_BYTES_MAX);
        assertThat(read()).hasSize(2);
        file("c.spdx.json", 1);
        refused("c.spdx.json with too many bytes");
        Files.delete(directory.resolve("c.spdx.json"));
        file("b.spdx.json", BuildResult.SCAN_BYTES_MAX + 1L);
        refused("b.spdx.json with too many bytes");
    }

    @Test
    void thereAreAsManyFilesAsTheBoundAndNoMore() throws IOException {
        for (int i = 0; i < ScanOutput.FILES_MAX; i++) {
            file(i + ".spdx.json", 1);
        }
        assertThat(read()).hasSize(ScanOutput.FILES_MAX);
        file("more.spdx.json", 1);
        refused("more than " + ScanOutput.FILES_MAX + " files");
    }

    @Test
    void namesThatFitNowhereElseAreRefused() throws IOException {
        for (String name :
                List.of(
                        "sbom.json",
                        ".spdx.json",
                        ".x.spdx.json",
                        "-x.spdx.json",
                        "a b.spdx.json",
                        "a\nb.spdx.json",
                        "a\u001b.spdx.json",
                        "x".repeat(150) + ".spdx.json")) {
            file(name, 1);
            refused('"' + name.substring(0, 1));
            assertThatThrownBy(this::read).hasMessageMatching("[ -~…]*");
            Files.delete(directory.resolve(name));
        }
    }

    @Test
    void whatIsNoPlainFileIsNotRead() throws IOException {
        Path secret = directory.resolve("sbom.spdx.json");
        Files.writeString(secret, "secret");
        Path at = directory.resolve("x.spdx.json");
        Files.createSymbolicLink(at, secret);
        refused("x.spdx.json, which is no plain file");
        Files.delete(at);
        Files.createDirectory(at);
        refused("x.spdx.json, which is no plain file");
    }
}

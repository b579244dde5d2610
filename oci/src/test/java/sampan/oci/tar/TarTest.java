package sampan.oci.tar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TarTest {
    private static byte[] archive(TarEntry... entries) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TarWriter writer = new TarWriter(out);
        for (TarEntry entry : entries) {
            writer.begin(entry);
            for (long i = 0; i < entry.size(); i++) {
                writer.write(new byte[] {(byte) i}, 0, 1);
            }
            writer.end();
        }
        writer.finish();
        return out.toByteArray();
    }

    private static List<TarEntry> read(byte[] archive, TarLimits limits) {
        TarReader reader = reader(archive, limits);
        List<TarEntry> entries = new ArrayList<>();
        for (Optional<TarEntry> e = reader.next(); e.isPresent(); e = reader.next()) {
            entries.add(e.get());
        }
        reader.drain();
        return entries;
    }

    private static TarReader reader(byte[] archive, TarLimits limits) {
        return new TarReader(new StreamChannel(new ByteArrayInputStream(archive)), limits);
    }

    private static TarEntry only(byte[] archive) {
        List<TarEntry> entries = read(archive, TarLimits.DEFAULT);
        assertThat(entries).hasSize(1);
        return entries.getFirst();
    }

    /// Changes the header at the archive's start and mends its sum.
    private static byte[] patched(byte[] archive, int offset, byte[] value) {
        byte[] copy = archive.clone();
        System.arraycopy(value, 0, copy, offset, value.length);
        Arrays.fill(copy, Header.SUM, Header.SUM + 8, (byte) ' ');
        int sum = 0;
        for (int i = 0; i < Header.SIZE; i++) {
            sum += copy[i] & 0xFF;
        }
        byte[] digits = String.format("%06o\0 ", sum).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(digits, 0, copy, Header.SUM, 8);
        return copy;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void givesBackWhatWasWritten() {
        TarEntry file =
                new TarEntry(
                        "a/b",
                        TarEntry.Type.FILE,
                        "",
                        04755,
                        1000,
                        2000,
                        700,
                        1_700_000_000L,
                        5,
                        0,
                        0,
                        Map.of("security.capability", new byte[] {1, 0, '\n', (byte) 0xFF}));
        TarEntry read = only(archive(file));
        assertThat(read).usingRecursiveComparison().isEqualTo(file);
    }

    @Test
    void givesBackEveryType() {
        List<TarEntry> written =
                List.of(
                        TarEntry.directory("d/", 01777),
                        TarEntry.symlink("l", "../x"),
                        TarEntry.hardLink("h", "l"),
                        TarEntry.device("c", TarEntry.Type.CHARACTER_DEVICE, 1, 3),
                        TarEntry.device("b", TarEntry.Type.BLOCK_DEVICE, 259, 70000),
                        TarEntry.device("p", TarEntry.Type.FIFO, 0, 0));
        assertThat(read(archive(written.toArray(TarEntry[]::new)), TarLimits.DEFAULT))
                .usingRecursiveComparison()
                .isEqualTo(written);
    }

    @Test
    void givesBackLongNamesLargeNumbersAndOldTimes() {
        String name = "n".repeat(90) + "/" + "m".repeat(200) + "/" + "é".repeat(90);
        TarEntry entry =
                new TarEntry(
                        name,
                        TarEntry.Type.SYMLINK,
                        "t".repeat(300),
                        0777,
                        0x7FFFFFFF,
                        -2,
                        0,
                        -5,
                        250_000_000,
                        0,
                        0,
                        Map.of());
        assertThat(only(archive(entry))).usingRecursiveComparison().isEqualTo(entry);
        String cut = "p".repeat(155) + "/" + "q".repeat(100);
        byte[] ustar = archive(TarEntry.file(cut, 0644, 0));
        assertThat(ustar).as("a prefix is enough").hasSize(3 * 512);
        assertThat(only(ustar).name()).isEqualTo(cut);
    }

    @Test
    void keepsNamesThatAreNotText() {
        String name = "a\uDC80\uDCFFb";
        assertThat(only(archive(TarEntry.file(name, 0644, 0))).name()).isEqualTo(name);
    }

    @Test
    void giveTheSameBytesEachTime() {
        TarEntry entry = TarEntry.file("x", 0600, 100).withTime(1, 999);
        assertThat(archive(entry)).isEqualTo(archive(entry));
    }

    @Test
    void fillsUpWhatAFileComesShortOfAndDropsTheRest() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TarWriter writer = new TarWriter(out);
        writer.begin(TarEntry.file("short", 0644, 10));
        writer.write(ascii("abc"), 0, 3);
        writer.end();
        writer.begin(TarEntry.file("long", 0644, 2));
        writer.write(ascii("abc"), 0, 3);
        writer.end();
        writer.finish();
        TarReader reader = reader(out.toByteArray(), TarLimits.DEFAULT);
        assertThat(reader.next()).isPresent();
        assertThat(reader.readAll(100)).isEqualTo(ascii("abc\0\0\0\0\0\0\0"));
        assertThat(reader.next()).isPresent();
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        reader.copyTo(Channels.newChannel(content));
        assertThat(content.toString(StandardCharsets.US_ASCII)).isEqualTo("ab");
    }

    @Test
    void readsWhatGnuTarWritesAndTheOtherWayRound(@TempDir Path dir) throws Exception {
        Path tree = Files.createDirectories(dir.resolve("tree/" + "d".repeat(120)));
        Files.writeString(tree.resolve("f".repeat(130)), "hello");
        Files.createSymbolicLink(tree.resolve("link"), Path.of("t".repeat(150)));
        for (String format : List.of("gnu", "pax", "ustar", "v7")) {
            boolean small = format.equals("ustar") || format.equals("v7");
            Path source = small ? Files.createDirectories(dir.resolve("s" + format)) : tree;
            if (small) {
                Files.writeString(source.resolve("f"), "hello");
            }
            Path file = dir.resolve(format + ".tar");
            run("tar", "--format=" + format, "-C", source.toString(), "-cf", file.toString(), ".");
            List<String> names =
                    read(Files.readAllBytes(file), TarLimits.DEFAULT).stream()
                            .map(TarEntry::name)
                            .sorted()
                            .toList();
            assertThat(names)
                    .as(format)
                    .isEqualTo(
                            small
                                    ? List.of("./", "./f")
                                    : List.of("./", "./" + "f".repeat(130), "./link"));
        }
        Path ours = dir.resolve("ours.tar");
        Files.write(
                ours,
                archive(
                        TarEntry.file("x".repeat(300), 0644, 3),
                        TarEntry.directory("dir", 0755).withTime(-1, 5)));
        assertThat(run("tar", "-tf", ours.toString())).isEqualTo("x".repeat(300) + "\ndir/\n");
    }

    private static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    @Test
    void refusesAWrongSum() {
        byte[] archive = archive(TarEntry.file("a", 0644, 0));
        archive[0] ^= 1;
        assertThatThrownBy(() -> read(archive, TarLimits.DEFAULT))
                .isInstanceOf(TarException.class)
                .hasMessageContaining("checksum");
    }

    @Test
    void refusesAnArchiveThatIsCutOff() {
        byte[] archive = archive(TarEntry.file("a", 0644, 1000));
        for (int length : List.of(100, 511, 513, 1000, 1535, 1536 - 1)) {
            byte[] part = Arrays.copyOf(archive, length);
            assertThatThrownBy(() -> read(part, TarLimits.DEFAULT))
                    .as("cut at " + length)
                    .isInstanceOf(TarException.class)
                    .hasMessageContaining("ends in the middle");
        }
        assertThat(read(Arrays.copyOf(archive, 2 * 512 + 512), TarLimits.DEFAULT)).hasSize(1);
    }

    @Test
    void refusesWhatIsBeyondItsLimits() {
        TarLimits few = new TarLimits(50, 1000, 2, 1000);
        TarEntry small = TarEntry.file("a", 0644, 0);
        assertThatThrownBy(() -> read(archive(small, small, small), few))
                .hasMessageContaining("more than 2 entries");
        assertThatThrownBy(() -> read(archive(TarEntry.file("n".repeat(51), 0644, 0)), few))
                .hasMessageContaining("name of more than 50 bytes");
        assertThatThrownBy(() -> read(archive(TarEntry.file("a", 0644, 1001)), few))
                .hasMessageContaining("more than 1000 bytes of content");
        TarEntry loaded = small.withXattrs(Map.of("user.x", new byte[2000]));
        assertThatThrownBy(() -> read(archive(loaded), few)).hasMessageContaining("PAX header of");
    }

    @Test
    void refusesSizesThatAreNoSizes() {
        byte[] archive = archive(TarEntry.file("a", 0644, 0));
        byte[] negative = new byte[12];
        Arrays.fill(negative, (byte) 0xFF);
        assertThatThrownBy(() -> read(patched(archive, Header.LENGTH, negative), TarLimits.DEFAULT))
                .isInstanceOf(TarException.class);
        byte[] huge = new byte[12];
        Arrays.fill(huge, (byte) 0x7F);
        huge[0] = (byte) 0x80;
        assertThatThrownBy(() -> read(patched(archive, Header.LENGTH, huge), TarLimits.DEFAULT))
                .hasMessageContaining("too large");
        assertThatThrownBy(() ->
                        read(
                                patched(archive, Header.LENGTH, ascii("0000000000x ")),
                                TarLimits.DEFAULT))
                .hasMessageContaining("not octal");
    }

    @Test
    void refusesSparseAndUnknownTypes() {
        byte[] archive = archive(TarEntry.file("a", 0644, 0));
        assertThatThrownBy(() -> read(patched(archive, Header.FLAG, ascii("S")), TarLimits.DEFAULT))
                .hasMessageContaining("is sparse");
        assertThatThrownBy(() -> read(patched(archive, Header.FLAG, ascii("V")), TarLimits.DEFAULT))
                .hasMessageContaining("unsupported type 'V'");
    }

    @Test
    void refusesMalformedPaxRecords() {
        for (String records :
                List.of(
                        "5 a=b\n",
                        "x a=b\n",
                        "999 a=b\n",
                        "6 a=bX",
                        "7 ab c\n",
                        "99999999999 a=b\n",
                        "12 mtime=1e9\n",
                        "9 size=x\n",
                        "10 uid=-1\n",
                        "4 =\n")) {
            assertThatThrownBy(() -> read(withPax(records), TarLimits.DEFAULT))
                    .as(records)
                    .isInstanceOf(TarException.class);
        }
        assertThat(only(withPax("10 path=b\n")).name()).isEqualTo("b");
    }

    private static byte[] withPax(String records) {
        byte[] header = archive(TarEntry.file("pax", 0644, records.length()));
        byte[] flagged = patched(header, Header.FLAG, ascii("x"));
        System.arraycopy(ascii(records), 0, flagged, 512, records.length());
        byte[] entry = archive(TarEntry.file("a", 0644, 0));
        byte[] whole = Arrays.copyOf(flagged, 1024 + entry.length);
        System.arraycopy(entry, 0, whole, 1024, entry.length);
        return whole;
    }

    @Test
    void skipsWhatIsNotRead() {
        byte[] archive =
                archive(TarEntry.file("big", 0644, 300_000), TarEntry.file("last", 0644, 1));
        TarReader reader = reader(archive, TarLimits.DEFAULT);
        assertThat(reader.next().orElseThrow().name()).isEqualTo("big");
        reader.read(ByteBuffer.allocate(10));
        assertThat(reader.next().orElseThrow().name()).isEqualTo("last");
        assertThat(reader.next()).isEmpty();
    }

    @Test
    void whatFollowsTheEndIsBounded() throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(packed)) {
            zip.write(archive());
            for (int i = 0; i < 65; i++) {
                zip.write(new byte[1 << 20]);
            }
        }
        StreamChannel file = new StreamChannel(new ByteArrayInputStream(packed.toByteArray()));
        TarReader reader = new TarReader(Compression.open(file), TarLimits.DEFAULT);
        assertThat(reader.next()).isEmpty();
        assertThatThrownBy(reader::drain)
                .isInstanceOf(TarException.class)
                .hasMessage("archive with more than 67108864 bytes after its end");
    }
}

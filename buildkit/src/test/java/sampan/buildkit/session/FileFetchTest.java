package sampan.buildkit.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sampan.buildkit.wire.Fields;
import sampan.buildkit.wire.Message;
import sampan.errors.SampanException;

/// Files of clients, honest and hostile.
@Tag("privileged")
@Timeout(60)
class FileFetchTest {
    private static final long DIRECTORY = 1L << 31 | 0755;
    private static final long LINK = 1L << 27 | 0777;
    private static final long FILE = 0644;

    @TempDir private Path place;

    private static byte[] stat(String path, long mode, String link) {
        return Packet.stat(new FileStat(path, mode, 1, 1_500_000_000, link, 0, 0, Map.of()));
    }

    /// Sends content to who asks for it, and ends in order.
    private static void honest(Fields packet, StreamObserver<byte[]> answers) {
        long id = packet.number(Packet.ID);
        if (Packet.type(packet) == Packet.REQUEST) {
            answers.onNext(Packet.data(id, ("file " + id).getBytes(StandardCharsets.UTF_8)));
            answers.onNext(Packet.data(id, new byte[0]));
        } else {
            answers.onNext(Packet.fin());
            answers.onCompleted();
        }
    }

    private Path fetch(ScriptedClient.Reaction reaction, byte[]... stats) throws IOException {
        Path target = Files.createDirectory(place.resolve("target"));
        List<byte[]> first = new ArrayList<>(List.of(stats));
        first.add(Packet.endOfStats());
        try (ScriptedClient client = new ScriptedClient(place, first, reaction)) {
            FileFetch.fetch(
                    client.session(),
                    new FileFetch.Wanted("context", List.of(), List.of()),
                    target,
                    _ -> {});
        }
        return target;
    }

    @Test
    void filesLinksAndDirectoriesComeAsTheyAre() throws IOException {
        Path target =
                fetch(
                        FileFetchTest::honest,
                        stat("d", DIRECTORY, ""),
                        stat("d/a", FILE, ""),
                        stat("d/b", FILE, "d/a"),
                        stat("l", LINK, "d/a"));
        assertThat(target.resolve("d/a")).hasContent("file 1");
        assertThat(Files.isSameFile(target.resolve("d/a"), target.resolve("d/b"))).isTrue();
        assertThat(Files.readSymbolicLink(target.resolve("l"))).hasToString("d/a");
        assertThat(Files.getLastModifiedTime(target.resolve("d")).toMillis()).isEqualTo(1500);
    }

    @Test
    void moreFilesThanAreAskedForAtOnceAllCome() throws IOException {
        byte[][] stats = new byte[500][];
        for (int i = 0; i < stats.length; i++) {
            stats[i] = stat("f" + (1000 + i), FILE, "");
        }
        Path target = fetch(FileFetchTest::honest, stats);
        assertThat(target.resolve("f1499")).hasContent("file 499");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/etc/x", "../x", "a/../../x", "a//b", ".", "", "a/./b", "a\0b"})
    void pathsThatLeadOutAreRefused(String path) {
        assertThatThrownBy(() -> fetch(FileFetchTest::honest, stat(path, FILE, "")))
                .isInstanceOf(SampanException.class)
                .hasMessageContaining("impossible path");
    }

    @Test
    void aLinkThatLeadsOutIsNotFollowed() throws IOException {
        Path outside = Files.createDirectory(place.resolve("outside"));
        assertThatThrownBy(() ->
                        fetch(
                                FileFetchTest::honest,
                                stat("l", LINK, outside.toString()),
                                stat("l/x", FILE, "")))
                .isInstanceOf(SampanException.class);
        assertThat(outside).isEmptyDirectory();
    }

    @Test
    void aHardLinkToAFileOutsideIsRefused() {
        assertThatThrownBy(() -> fetch(FileFetchTest::honest, stat("h", FILE, "../outside")))
                .isInstanceOf(SampanException.class)
                .hasMessageContaining("impossible path");
    }

    @Test
    void theSamePathTwiceIsRefused() {
        assertThatThrownBy(() ->
                        fetch(FileFetchTest::honest, stat("a", FILE, ""), stat("a", FILE, "")))
                .isInstanceOf(SampanException.class);
    }

    @Test
    void contentThatNobodyAskedForIsRefused() {
        ScriptedClient.Reaction other =
                (packet, answers) -> answers.onNext(Packet.data(77, new byte[] {1}));
        assertThatThrownBy(() -> fetch(other, stat("a", FILE, "")))
                .isInstanceOf(SampanException.class)
                .hasMessageContaining("not asked for");
    }

    @Test
    void aClientThatEndsEarlyEndsTheFetch() {
        ScriptedClient.Reaction leaving = (packet, answers) -> answers.onCompleted();
        assertThatThrownBy(() -> fetch(leaving, stat("a", FILE, "")))
                .isInstanceOf(SampanException.class)
                .hasMessageContaining("ended before all its files had come");
    }

    @Test
    void anErrorOfTheClientIsTold() {
        ScriptedClient.Reaction failing =
                (packet, answers) ->
                        answers.onNext(
                                new Message()
                                        .number(Packet.TYPE, Packet.ERROR)
                                        .text(Packet.BYTES, "disk on fire")
                                        .bytes());
        assertThatThrownBy(() -> fetch(failing, stat("a", FILE, "")))
                .hasMessageContaining("disk on fire");
    }
}

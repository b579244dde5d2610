package sampan.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Pulls over connections that break and through kills of the daemon: nearly nothing is fetched
/// twice, the content is right, and nothing is left over.
@Tag("system")
class BrokenPullTest {
    private static final int LAYERS = 5;
    private static final int LAYER_BYTES = 40 << 20;
    private static final int CUTS = 10;
    private static final int KILLS = 20;
    private static final Duration DEADLINE = Duration.ofMinutes(3);

    private final PrivateDaemon daemon = new PrivateDaemon().passing();

    @AfterEach
    void close() {
        daemon.close();
    }

    private static byte[][] layers() {
        byte[][] layers = new byte[LAYERS][];
        Random random = new Random(7);
        for (int i = 0; i < LAYERS; i++) {
            byte[] content = new byte[LAYER_BYTES];
            random.nextBytes(content);
            layers[i] = new Tar().file("file" + i, content, 0644).end();
        }
        return layers;
    }

    private static long bytesOf(byte[][] layers) {
        return Arrays.stream(layers).mapToLong(layer -> layer.length).sum();
    }

    private Outcome pull(CutRegistry registry) {
        return daemon.sampanCommand("pull", "-q", registry.image()).within(DEADLINE).run();
    }

    /// What the daemon has on its disk of a blob that it fetches.
    private long kept(String digest) {
        String hex = digest.substring("sha256:".length());
        Path part = daemon.root().resolve("content/ingest/" + hex + ".part");
        try {
            return Files.size(part);
        } catch (IOException e) {
            return Long.MAX_VALUE; // not begun, or whole
        }
    }

    private void checkContent(byte[][] layers) throws IOException {
        try (Stream<Path> files = Files.walk(daemon.root().resolve("snapshots"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = file.getFileName().toString();
                if (name.startsWith("file")) {
                    byte[] layer = layers[Integer.parseInt(name.substring(4))];
                    assertThat(Files.readAllBytes(file))
                            .isEqualTo(Arrays.copyOfRange(layer, 512, 512 + LAYER_BYTES));
                }
            }
        }
        assertThat(daemon.root().resolve("content/ingest")).isEmptyDirectory();
        assertThat(daemon.root().resolve("leases")).isEmptyDirectory();
        try (Stream<Path> blobs = Files.list(daemon.root().resolve("content/blobs/sha256"))) {
            assertThat(blobs).hasSize(LAYERS + 2);
        }
    }

    @Test
    void cutConnectionsGoOnWhereTheyWere() throws IOException {
        byte[][] layers = layers();
        int cutAfter = LAYER_BYTES / (CUTS + 1) + 1;
        try (CutRegistry registry = new CutRegistry(layers, cutAfter, sent -> {})) {
            daemon.start();
            pull(registry).expect(0);
            assertThat(registry.sent()).isLessThanOrEqualTo(bytesOf(layers) * 102 / 100);
            checkContent(layers);
        }
    }

    @Test
    void aKilledDaemonGoesOnWhereItWas() throws IOException {
        byte[][] layers = layers();
        long step = bytesOf(layers) / (KILLS + 1);
        AtomicInteger kills = new AtomicInteger();
        try (CutRegistry registry =
                new CutRegistry(
                                layers,
                                Integer.MAX_VALUE / 2,
                                sent -> {
                                    synchronized (kills) {
                                        if (kills.get() < KILLS
                                                && sent >= step * (kills.get() + 1)) {
                                            kills.incrementAndGet();
                                            daemon.kill();
                                        }
                                    }
                                })
                        .paced(this::kept)) {
            daemon.start();
            Outcome pulled = pull(registry);
            for (int i = 0; i < KILLS && pulled.status() != 0; i++) {
                synchronized (kills) {
                    daemon.start(); // the last one has ended now
                }
                pulled = pull(registry);
            }
            pulled.expect(0);
            assertThat(kills).hasValue(KILLS);
            assertThat(registry.sent()).isLessThanOrEqualTo(bytesOf(layers) * 102 / 100);
            checkContent(layers);
        }
    }
}

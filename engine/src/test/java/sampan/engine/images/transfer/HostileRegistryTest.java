package sampan.engine.images.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static sampan.engine.images.transfer.FakeRegistry.CONFIG;
import static sampan.engine.images.transfer.FakeRegistry.HASTY;
import static sampan.engine.images.transfer.FakeRegistry.LAYER;
import static sampan.engine.images.transfer.FakeRegistry.LIMITS;
import static sampan.engine.images.transfer.FakeRegistry.MANIFEST;
import static sampan.engine.images.transfer.FakeRegistry.PLAIN;
import static sampan.engine.images.transfer.FakeRegistry.manifest;
import static sampan.engine.images.transfer.FakeRegistry.server;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sampan.engine.registry.Credential;
import sampan.engine.registry.RegistryConfig;
import sampan.engine.registry.RegistryLimits;
import sampan.engine.registry.http.HttpRegistries;
import sampan.engine.testing.Archive;
import sampan.engine.testing.FakeServer;
import sampan.engine.testing.FakeServer.Reply;
import sampan.engine.testing.FakeServer.Request;
import sampan.engine.testing.TestStores;
import sampan.engine.testing.Told;
import sampan.errors.SampanException;
import sampan.oci.Digest;
import sampan.oci.Reference;
import sampan.oci.image.MediaType;

/// A registry that lies, redirects, floods or hangs gives one clear error in bounded time, leaves
/// nothing behind, and gets no credential that is not its own.
@Tag("privileged")
class HostileRegistryTest {
    @TempDir Path directory;
    private TestStores here;
    private HttpRegistries registries;
    private final CountDownLatch over = new CountDownLatch(1);

    @BeforeEach
    void open() {
        here = new TestStores(directory);
        registries = registries(RegistryConfig.EMPTY);
    }

    private void hasty() {
        registries.close();
        registries = new HttpRegistries(RegistryConfig.EMPTY, HASTY, List.of(), Map.of());
    }

    private static HttpRegistries registries(RegistryConfig config) {
        return new HttpRegistries(config, LIMITS, List.of(), Map.of());
    }

    @AfterEach
    void close() {
        over.countDown();
        registries.close();
        assertThat(here.stores.content().partials()).isEmpty();
        here.close();
    }

    private Digest pull(FakeServer from, Credential credential) {
        Reference name = Reference.parse(from.host() + "/a:1");
        return new Puller(here.stores, registries, LIMITS, 3)
                .pull(new Puller.Wish(name, Optional.empty(), credential), new Told())
                .id();
    }

    private void refused(FakeServer.Handler handler, String... words) {
        try (FakeServer server = server(handler)) {
            assertThatThrownBy(() -> pull(server, Credential.NONE))
                    .isInstanceOf(SampanException.class)
                    .message()
                    .contains(words);
        }
        assertThat(here.stores.images().records()).isEmpty();
        here.stores.collector().collect();
        assertThat(here.stores.content().digests()).isEmpty();
        assertThat(here.stores.snapshots().layers()).isEmpty();
    }

    private static boolean isManifest(Request request) {
        return request.path().contains("/manifests/");
    }

    private static boolean isLayer(Request request) {
        return request.path().endsWith(Digest.of(LAYER).toString());
    }

    @Test
    void anHonestOneIsPulled() {
        try (FakeServer server = server((request, reply) -> {})) {
            assertThat(pull(server, Credential.NONE)).isEqualTo(Digest.of(CONFIG));
        }
    }

    @Test
    void aManifestOfAnotherDigest() {
        refused(
                (request, reply) -> {
                    if (isManifest(request)) {
                        reply.whole(
                                200,
                                MANIFEST,
                                "Docker-Content-Digest: " + Digest.of(new byte[0]),
                                "Content-Type: " + MediaType.OCI_MANIFEST);
                    }
                },
                "gave manifest 1",
                "was promised");
    }

    @Test
    void aManifestOfAnotherType() {
        refused(
                (request, reply) -> {
                    if (isManifest(request)) {
                        reply.whole(200, MANIFEST, "Content-Type: " + MediaType.DOCKER_MANIFEST);
                    }
                },
                "as " + MediaType.DOCKER_MANIFEST,
                "it is of type " + MediaType.OCI_MANIFEST);
    }

    @Test
    void aManifestWithoutEnd() {
        refused(
                (request, reply) -> {
                    if (isManifest(request)) {
                        reply.head(200, "Content-Type: " + MediaType.OCI_MANIFEST);
                        for (int i = 0; i < 100_000; i++) {
                            reply.out().write(new byte[1 << 16]);
                        }
                    }
                },
                "more than " + RegistryLimits.MANIFEST_BYTES_MAX + " bytes");
    }

    @Test
    void aManifestThatIsNone() {
        refused(
                (request, reply) -> {
                    if (isManifest(request)) {
                        reply.whole(200, "<html>".getBytes(), "Content-Type: text/html");
                    }
                },
                "invalid JSON");
    }

    @Test
    void aLayerWithOtherContent() {
        byte[] other = new Archive().file("a", "y".repeat(100_000)).bytes();
        refused(
                (request, reply) -> {
                    if (isLayer(request)) {
                        reply.whole(200, other);
                    }
                },
                "content has digest " + Digest.of(other));
    }

    @Test
    void aLayerThatIsLongerThanItsManifestSays() {
        refused(
                (request, reply) -> {
                    if (isLayer(request)) {
                        reply.head(200);
                        for (int i = 0; i < 100_000; i++) {
                            reply.out().write(LAYER);
                        }
                    }
                },
                "is longer than the " + LAYER.length + " bytes");
    }

    @Test
    void aLayerOfAnotherLength() {
        refused(
                (request, reply) -> {
                    if (isLayer(request)) {
                        reply.whole(200, new byte[17]);
                    }
                },
                "gives 17 bytes for blob",
                "where the manifest says " + LAYER.length);
    }

    @Test
    void aLayerThatAlwaysEndsTooEarly() {
        try (FakeServer server =
                server((request, reply) -> {
                    if (isLayer(request)) {
                        reply.head(200, "Content-Length: " + LAYER.length);
                        reply.out().write(LAYER, 0, 1000);
                    }
                })) {
            assertThatThrownBy(() -> pull(server, Credential.NONE))
                    .hasMessageContaining("stays at 1000 of " + LAYER.length + " bytes");
            assertThat(server.requests().stream().filter(r -> isLayer(r)).toList())
                    .hasSizeLessThanOrEqualTo(3);
        }
    }

    @Test
    void noAnswer() {
        hasty();
        refused(
                (request, reply) -> {
                    if (isManifest(request)) {
                        hang();
                    }
                },
                "did not answer GET within 2000 ms");
    }

    @Test
    void aBodyThatStops() {
        hasty();
        refused(
                (request, reply) -> {
                    if (isManifest(request)) {
                        reply.head(200, "Content-Length: 5000");
                        hang();
                    }
                },
                "sent nothing for 1000 ms");
    }

    @Test
    void aBodyThatCrawls() {
        hasty();
        try (FakeServer server =
                server((request, reply) -> {
                    if (isLayer(request)) {
                        reply.head(200, "Content-Length: " + LAYER.length);
                        crawl(reply);
                    }
                })) {
            assertThatThrownBy(() -> pull(server, Credential.NONE))
                    .hasMessageContaining("bytes in 1000 ms");
        }
    }

    private void hang() throws IOException {
        try {
            over.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    // A byte whenever the reader may have given up on the last.
    private void crawl(Reply reply) throws IOException {
        try {
            for (int i = 0; i < 1000; i++) {
                if (over.await(20, java.util.concurrent.TimeUnit.MILLISECONDS)) {
                    return;
                }
                reply.out().write(LAYER[i]);
                reply.out().flush();
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Test
    void redirectsWithoutEnd() {
        refused(
                (request, reply) -> {
                    if (isManifest(request)) {
                        reply.whole(307, new byte[0], "Location: " + request.path() + "x");
                    }
                },
                "redirects more than 5 times");
    }

    @Test
    void aRedirectToNowhere() {
        refused(
                (request, reply) -> {
                    if (isManifest(request)) {
                        reply.whole(307, new byte[0], "Location: file:///etc/shadow");
                    }
                },
                "gives a location that is no URL: file:///etc/shadow");
    }

    @Test
    void aBrokenDownloadGoesOnByRange() {
        int piece = 10_000;
        try (FakeServer server =
                server((request, reply) -> {
                    if (isLayer(request)) {
                        String range = request.header("range");
                        int from =
                                range.isEmpty()
                                        ? 0
                                        : Integer.parseInt(range.substring(6, range.length() - 1));
                        reply.head(
                                206,
                                "Content-Length: " + (LAYER.length - from),
                                "Content-Range: bytes "
                                        + from
                                        + "-"
                                        + (LAYER.length - 1)
                                        + "/"
                                        + LAYER.length);
                        reply.out().write(LAYER, from, Math.min(piece, LAYER.length - from));
                    }
                })) {
            assertThat(pull(server, Credential.NONE)).isEqualTo(Digest.of(CONFIG));
            assertThat(server.requests().stream().filter(r -> isLayer(r)).toList())
                    .hasSize((LAYER.length + piece - 1) / piece);
        }
    }

    @Test
    void aLayerThatIsNotWhatTheConfigSays() {
        byte[] other = new Archive().file("b", "b").bytes();
        byte[] manifest = manifest(other.length, Digest.of(other));
        refused(
                (request, reply) -> {
                    if (isManifest(request)) {
                        reply.whole(200, manifest, "Content-Type: " + MediaType.OCI_MANIFEST);
                    } else if (request.path().endsWith(Digest.of(other).toString())) {
                        reply.whole(200, other);
                    }
                },
                "layer has digest " + Digest.of(other),
                "where the image's config says " + Digest.of(PLAIN));
    }
}

package sampan.engine.images.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
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
import sampan.oci.image.Descriptor;
import sampan.oci.image.Manifest;
import sampan.oci.image.MediaType;
import sampan.oci.json.Json;

/// A registry that lies, redirects, floods or hangs gives one clear error in bounded time, leaves
/// nothing behind, and gets no credential that is not its own.
@Tag("privileged")
class HostileRegistryTest {
    private static final RegistryLimits LIMITS =
            new RegistryLimits(
                    Duration.ofSeconds(20),
                    Duration.ofSeconds(20),
                    Duration.ofSeconds(20),
                    Duration.ofSeconds(20),
                    2,
                    Duration.ofMillis(5));

    /// For those who do not answer.
    private static final RegistryLimits HASTY =
            new RegistryLimits(
                    Duration.ofSeconds(20),
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(1),
                    2,
                    Duration.ofMillis(5));

    private static final byte[] PLAIN = new Archive().file("a", "x".repeat(100_000)).bytes();
    private static final byte[] LAYER = PLAIN;
    private static final byte[] CONFIG = Archive.config(List.of(PLAIN));
    private static final byte[] MANIFEST = manifest(LAYER.length, Digest.of(LAYER));

    @TempDir Path directory;
    private TestStores here;
    private HttpRegistries registries;
    private final CountDownLatch over = new CountDownLatch(1);

    private static byte[] manifest(long size, Digest layer) {
        return Json.write(
                Manifest.of(
                        Descriptor.of(MediaType.OCI_CONFIG, Digest.of(CONFIG), CONFIG.length),
                        List.of(Descriptor.of(MediaType.OCI_LAYER, layer, size))));
    }

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

    private FakeServer server(FakeServer.Handler handler) {
        return server("127.0.0.1", handler);
    }

    /// Honest but for what the handler answers first.
    private FakeServer server(String address, FakeServer.Handler handler) {
        return new FakeServer(
                address,
                (request, reply) -> {
                    Once once = new Once(reply);
                    handler.answer(request, once.reply());
                    if (!once.answered()) {
                        honest(request, reply);
                    }
                });
    }

    /// Notices whether a handler said anything.
    private static final class Once {
        private final Reply reply;
        private boolean said;

        Once(Reply to) {
            reply =
                    new Reply(
                            new java.io.FilterOutputStream(to.out()) {
                                @Override
                                public void write(int value) throws IOException {
                                    said = true;
                                    out.write(value);
                                }

                                @Override
                                public void write(byte[] all, int from, int length)
                                        throws IOException {
                                    said = true;
                                    out.write(all, from, length);
                                }
                            });
        }

        Reply reply() {
            return reply;
        }

        boolean answered() {
            return said;
        }
    }

    private static void honest(Request request, Reply reply) throws IOException {
        String path = request.path();
        if (path.equals("/v2/")) {
            reply.whole(200, new byte[0]);
        } else if (path.contains("/manifests/")) {
            byte[] body = request.method().equals("HEAD") ? new byte[0] : MANIFEST;
            reply.whole(200, body, "Content-Type: " + MediaType.OCI_MANIFEST);
        } else if (path.endsWith(Digest.of(CONFIG).toString())) {
            reply.whole(200, CONFIG);
        } else if (path.endsWith(Digest.of(LAYER).toString())) {
            reply.whole(200, LAYER);
        } else {
            reply.whole(404, new byte[0]);
        }
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
    void aCredentialDoesNotFollowARedirectToAnotherHost() {
        try (FakeServer other = server("127.0.0.2", (request, reply) -> {});
                FakeServer server =
                        server((request, reply) -> {
                            if (request.header("authorization").isEmpty()) {
                                reply.whole(
                                        401, new byte[0], "WWW-Authenticate: Basic realm=\"x\"");
                            } else if (request.path().contains("/blobs/")) {
                                reply.whole(
                                        307,
                                        new byte[0],
                                        "Location: http://" + other.host() + request.path());
                            }
                        })) {
            pull(server, Credential.of("ann", "secret"));
            assertThat(other.requests()).isNotEmpty();
            assertThat(other.requests())
                    .allSatisfy(request ->
                            assertThat(request.headers()).doesNotContainKey("authorization"));
        }
    }

    /// A registry that wants tokens of a server.
    private FakeServer wantingTokens(FakeServer tokens) {
        return server((request, reply) -> {
            if (!request.header("authorization").equals("Bearer t0ken")) {
                reply.whole(
                        401,
                        "{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"no token\"}]}"
                                .getBytes(),
                        "WWW-Authenticate: Bearer realm=\"http://"
                                + tokens.host()
                                + "/token\",service=\"s\",scope=\"repository:a:pull\"");
            }
        });
    }

    private static void giveToken(Request request, Reply reply) throws IOException {
        String token = request.header("authorization").startsWith("Basic ") ? "t0ken" : "nobody";
        reply.whole(200, ("{\"token\":\"" + token + "\",\"expires_in\":300}").getBytes());
    }

    @Test
    void aCredentialGoesToTheRegistrysOwnTokenServerOnce() {
        try (FakeServer tokens = server(HostileRegistryTest::giveToken);
                FakeServer server = wantingTokens(tokens)) {
            pull(server, Credential.of("ann", "secret"));
            assertThat(tokens.requests()).hasSize(1);
            assertThat(tokens.requests().getFirst().path())
                    .isEqualTo("/token?account=ann&service=s&scope=repository%3Aa%3Apull");
        }
    }

    @Test
    void aCredentialDoesNotGoToAForeignTokenServer() {
        try (FakeServer tokens = server("127.0.0.2", HostileRegistryTest::giveToken);
                FakeServer server = wantingTokens(tokens)) {
            assertThatThrownBy(() -> pull(server, Credential.of("ann", "secret")))
                    .hasMessageContaining("credentials were not sent to token server 127.0.0.2")
                    .hasMessageContaining("token-realms");
            assertThat(tokens.requests())
                    .allSatisfy(request ->
                            assertThat(request.headers()).doesNotContainKey("authorization"));
        }
    }

    @Test
    void aForeignTokenServerMayBeAllowed() {
        try (FakeServer tokens = server("127.0.0.2", HostileRegistryTest::giveToken);
                FakeServer server = wantingTokens(tokens)) {
            RegistryConfig.Rule rule =
                    new RegistryConfig.Rule(
                            server.host(), "", false, false, List.of(), List.of("127.0.0.2"));
            registries.close();
            registries = registries(new RegistryConfig(List.of(rule), 0, 0));
            assertThat(pull(server, Credential.of("ann", "secret"))).isEqualTo(Digest.of(CONFIG));
        }
    }

    @Test
    void aMirrorIsAskedFirstAndGetsNoCredential() {
        try (FakeServer mirror = server("127.0.0.2", (request, reply) -> {});
                FakeServer server = server((request, reply) -> {})) {
            RegistryConfig.Rule rule =
                    new RegistryConfig.Rule(
                            server.host(),
                            "",
                            false,
                            false,
                            List.of(new RegistryConfig.Mirror(mirror.host() + "/cache", false)),
                            List.of());
            registries.close();
            registries = registries(new RegistryConfig(List.of(rule), 0, 0));
            pull(server, Credential.of("ann", "secret"));
            assertThat(server.requests()).isEmpty();
            assertThat(mirror.requests())
                    .anySatisfy(r -> assertThat(r.path()).startsWith("/v2/cache/a/blobs/"))
                    .allSatisfy(r -> assertThat(r.headers()).doesNotContainKey("authorization"));
        }
    }

    @Test
    void aBrokenMirrorIsPassedOver() {
        try (FakeServer mirror =
                        server("127.0.0.2", (request, reply) -> reply.whole(500, new byte[0]));
                FakeServer server = server((request, reply) -> {})) {
            RegistryConfig.Rule rule =
                    new RegistryConfig.Rule(
                            server.host(),
                            "",
                            false,
                            false,
                            List.of(new RegistryConfig.Mirror(mirror.host(), false)),
                            List.of());
            registries.close();
            registries = registries(new RegistryConfig(List.of(rule), 0, 0));
            assertThat(pull(server, Credential.NONE)).isEqualTo(Digest.of(CONFIG));
        }
    }

    @Test
    void aBlockedRegistryIsNotAsked() {
        try (FakeServer server = server((request, reply) -> {})) {
            RegistryConfig.Rule rule =
                    new RegistryConfig.Rule(server.host(), "", false, true, List.of(), List.of());
            registries.close();
            registries = registries(new RegistryConfig(List.of(rule), 0, 0));
            assertThatThrownBy(() -> pull(server, Credential.NONE))
                    .hasMessageContaining("is blocked by registries.json");
            assertThat(server.requests()).isEmpty();
        }
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

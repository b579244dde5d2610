package sampan.engine.images.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static sampan.engine.images.transfer.FakeRegistry.CONFIG;
import static sampan.engine.images.transfer.FakeRegistry.LIMITS;
import static sampan.engine.images.transfer.FakeRegistry.server;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sampan.engine.registry.Credential;
import sampan.engine.registry.RegistryConfig;
import sampan.engine.registry.http.HttpRegistries;
import sampan.engine.testing.FakeServer;
import sampan.engine.testing.FakeServer.Reply;
import sampan.engine.testing.FakeServer.Request;
import sampan.engine.testing.TestStores;
import sampan.engine.testing.Told;
import sampan.oci.Digest;
import sampan.oci.Reference;

/// Who is asked, and who may see a credential: told from what the fake servers were sent.
@Tag("privileged")
class CredentialScopeTest {
    @TempDir Path directory;
    private TestStores here;
    private HttpRegistries registries;

    @BeforeEach
    void open() {
        here = new TestStores(directory);
        registries = registries(RegistryConfig.EMPTY);
    }

    private static HttpRegistries registries(RegistryConfig config) {
        return new HttpRegistries(config, LIMITS, List.of(), Map.of());
    }

    @AfterEach
    void close() {
        registries.close();
        here.close();
    }

    private Digest pull(FakeServer from, Credential credential) {
        Reference name = Reference.parse(from.host() + "/a:1");
        return new Puller(here.stores, registries, LIMITS, 3)
                .pull(new Puller.Wish(name, Optional.empty(), credential), new Told())
                .id();
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
        try (FakeServer tokens = server(CredentialScopeTest::giveToken);
                FakeServer server = wantingTokens(tokens)) {
            pull(server, Credential.of("ann", "secret"));
            assertThat(tokens.requests()).hasSize(1);
            assertThat(tokens.requests().getFirst().path())
                    .isEqualTo("/token?account=ann&service=s&scope=repository%3Aa%3Apull");
        }
    }

    @Test
    void aCredentialDoesNotGoToAForeignTokenServer() {
        try (FakeServer tokens = server("127.0.0.2", CredentialScopeTest::giveToken);
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
    void aMirrorIsAskedWithItsOwnCredentialAndNoOther() {
        List<String> mirrored = new CopyOnWriteArrayList<>();
        try (FakeServer origin = server((request, reply) -> {});
                FakeServer mirror =
                        server(
                                "127.0.0.2",
                                (request, reply) -> {
                                    mirrored.add(request.header("authorization"));
                                    if (request.header("authorization").isEmpty()) {
                                        reply.whole(
                                                401,
                                                new byte[0],
                                                "WWW-Authenticate: Basic realm=\"x\"");
                                    }
                                })) {
            RegistryConfig.Rule rule =
                    new RegistryConfig.Rule(
                            origin.host(),
                            "",
                            false,
                            false,
                            List.of(new RegistryConfig.Mirror(mirror.host() + "/cache", false)),
                            List.of());
            registries.close();
            registries = registries(new RegistryConfig(List.of(rule), 0, 0));
            Credential own = Credential.of("bob", "mirrored");
            Credential caller =
                    Credential.of("ann", "secret")
                            .with(host -> host.equals(mirror.host()) ? own : Credential.NONE);
            assertThat(pull(origin, caller)).isEqualTo(Digest.of(CONFIG));
            assertThat(mirrored)
                    .contains(basic("bob:mirrored"))
                    .doesNotContain(basic("ann:secret"));
            assertThat(origin.requests()).isEmpty();
        }
    }

    private static String basic(String nameAndPassword) {
        return "Basic " + Base64.getEncoder().encodeToString(nameAndPassword.getBytes());
    }

    @Test
    void aForeignTokenServerMayBeAllowed() {
        try (FakeServer tokens = server("127.0.0.2", CredentialScopeTest::giveToken);
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
}

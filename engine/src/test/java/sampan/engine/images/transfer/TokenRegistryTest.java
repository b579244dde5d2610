package sampan.engine.images.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
import sampan.engine.testing.RegistryServer;
import sampan.engine.testing.TestStores;
import sampan.engine.testing.TokenServer;
import sampan.engine.testing.Told;
import sampan.errors.SampanException;
import sampan.oci.Reference;

/// A real registry that wants tokens of a token server.
@Tag("privileged")
class TokenRegistryTest {
    private static final byte[] LAYER = new Archive().file("a", "a").bytes();
    private static final Credential ANN =
            Credential.of(RegistryServer.USER, RegistryServer.PASSWORD);

    @TempDir Path directory;
    private Path home;
    private TestStores here;
    private HttpRegistries registries;

    @BeforeEach
    void open() {
        home = directory.resolve("registry");
        RegistryServer.makeCertificate(home);
        here = new TestStores(directory.resolve("one"));
        registries = registries(RegistryConfig.EMPTY);
    }

    @AfterEach
    void close() {
        registries.close();
        here.close();
    }

    private static HttpRegistries registries(RegistryConfig config) {
        return new HttpRegistries(config, RegistryLimits.DEFAULT, List.of(), Map.of());
    }

    private Reference loaded(RegistryServer server, String rest) {
        Reference name = Reference.parse(server.host() + "/" + rest);
        here.load(Archive.image(name.toString(), LAYER));
        return name;
    }

    private Pusher.Pushed push(Reference name, Credential credential) {
        return here.pusher(registries).push(name, credential, new Told());
    }

    private Puller.Pulled pull(Reference name, Credential credential) {
        try (TestStores there = new TestStores(directory.resolve("two"))) {
            return there.puller(registries)
                    .pull(new Puller.Wish(name, Optional.empty(), credential), new Told());
        }
    }

    @Test
    void aUserPushesMountsAndPulls() {
        try (TokenServer tokens = new TokenServer("localhost", home);
                RegistryServer server = RegistryServer.withTokens(home, tokens.realm())) {
            Reference name = loaded(server, "team/a:1");
            Pusher.Pushed pushed = push(name, ANN);
            assertThat(pull(name, ANN).digest()).isEqualTo(pushed.digest());
            Reference other = Reference.parse(server.host() + "/team/b:1");
            here.stores.images().tag(pushed.image(), other);
            assertThat(push(other, ANN).digest()).isEqualTo(pushed.digest());
            assertThat(tokens.asked())
                    .extracting(asked -> asked.fields().getOrDefault("scope", ""))
                    .contains("repository:team/a:pull,push")
                    .contains("repository:team/a:pull")
                    .contains("repository:team/b:pull,push repository:team/a:pull");
            assertThat(tokens.asked())
                    .as("one token for many requests")
                    .hasSizeLessThanOrEqualTo(5);
        }
    }

    @Test
    void nobodyPullsWhatIsPublicAndNothingElse() {
        try (TokenServer tokens = new TokenServer("localhost", home);
                RegistryServer server = RegistryServer.withTokens(home, tokens.realm())) {
            Reference open = loaded(server, "public/a:1");
            Pusher.Pushed pushed = push(open, ANN);
            assertThat(pull(open, Credential.NONE).digest()).isEqualTo(pushed.digest());
            assertThatThrownBy(() -> push(open, Credential.NONE))
                    .isInstanceOf(SampanException.class)
                    .hasMessageContaining("authentication required");
            Reference hidden = loaded(server, "hidden/a:1");
            push(hidden, ANN);
            assertThatThrownBy(() -> pull(hidden, Credential.NONE))
                    .hasMessage("unauthorized: authentication required");
            assertThatThrownBy(() -> pull(hidden, Credential.of("ann", "wrong")))
                    .hasMessageContaining("incorrect username or password");
        }
    }

    @Test
    void aLoginGivesARefreshTokenThatServesInPlaceOfThePassword() {
        try (TokenServer tokens = new TokenServer("localhost", home);
                RegistryServer server = RegistryServer.withTokens(home, tokens.realm())) {
            Pusher.Pushed pushed = push(loaded(server, "a:1"), ANN);
            String refresh = registries.login(server.host(), ANN);
            assertThat(refresh).isNotEmpty();
            Credential byToken = new Credential("", "", refresh, "");
            Reference name = Reference.parse(server.host() + "/a:1");
            assertThat(pull(name, byToken).digest()).isEqualTo(pushed.digest());
            assertThat(tokens.asked().getLast().method()).isEqualTo("POST");
            assertThat(tokens.asked().getLast().authorization()).isEmpty();
            assertThatThrownBy(() -> registries.login(server.host(), Credential.of("ann", "wrong")))
                    .hasMessageContaining("incorrect username or password");
        }
    }

    @Test
    void aForeignTokenServerGetsNoCredential() {
        try (TokenServer tokens = new TokenServer("127.0.0.2", home);
                RegistryServer server = RegistryServer.withTokens(home, tokens.realm())) {
            Reference name = loaded(server, "a:1");
            assertThatThrownBy(() -> push(name, ANN))
                    .hasMessageContaining("credentials were not sent to token server 127.0.0.2");
            assertThat(tokens.asked())
                    .isNotEmpty()
                    .allSatisfy(asked -> assertThat(asked.authorization()).isEmpty())
                    .allSatisfy(asked -> assertThat(asked.fields()).doesNotContainKey("account"));
            RegistryConfig.Rule rule =
                    new RegistryConfig.Rule(
                            server.host(), "", false, false, List.of(), List.of("127.0.0.2"));
            registries.close();
            registries = registries(new RegistryConfig(List.of(rule), 0, 0));
            assertThat(push(name, ANN).image()).isNotNull();
        }
    }
}

package sampan.engine.images.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
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
import sampan.engine.registry.RegistryConfig.Mirror;
import sampan.engine.registry.RegistryConfig.Rule;
import sampan.engine.registry.RegistryLimits;
import sampan.engine.registry.http.HttpRegistries;
import sampan.engine.testing.Archive;
import sampan.engine.testing.Publishing;
import sampan.engine.testing.Publishing.LayerContent;
import sampan.engine.testing.RegistryServer;
import sampan.engine.testing.TestStores;
import sampan.engine.testing.Told;
import sampan.errors.SampanException;
import sampan.oci.Digest;
import sampan.oci.Reference;

/// What registries.json and certs.d say, against real registries.
@Tag("privileged")
class RegistryRulesTest {
    private static final byte[] LAYER = new Archive().file("a", "a").bytes();

    @TempDir Path directory;
    private TestStores here;

    @BeforeEach
    void open() {
        here = new TestStores(directory.resolve("one"));
    }

    @AfterEach
    void close() {
        here.close();
    }

    private static Rule rule(String prefix, String location, boolean blocked, Mirror... mirrors) {
        return new Rule(prefix, location, false, blocked, List.of(mirrors), List.of());
    }

    private HttpRegistries registries(Rule... rules) {
        return new HttpRegistries(
                new RegistryConfig(List.of(rules), 0, 0),
                RegistryLimits.DEFAULT,
                List.of(directory.resolve("certs.d")),
                Map.of());
    }

    private Digest pull(HttpRegistries registries, String name) {
        return here.puller(registries)
                .pull(
                        new Puller.Wish(Reference.parse(name), Optional.empty(), Credential.NONE),
                        new Told())
                .digest();
    }

    private Digest published(RegistryServer server, String rest) {
        try (Publishing publishing = new Publishing(directory)) {
            Reference name = Reference.parse(server.host() + "/" + rest);
            return publishing.image(name, LayerContent.gzip(LAYER)).digest();
        }
    }

    @Test
    void aClientCertificateOpensARegistryForThoseWhoHaveOne() throws IOException {
        try (RegistryServer server = RegistryServer.forKnown(directory.resolve("registry"))) {
            String machine = server.machine();
            Path own = Files.createDirectories(directory.resolve("certs.d").resolve(machine));
            Files.copy(server.certificate(), own.resolve("ca.crt"));
            here.load(Archive.image(machine + "/a:1", LAYER));
            Reference name = Reference.parse(machine + "/a:1");
            try (HttpRegistries without = registries()) {
                Pusher pusher = here.pusher(without);
                assertThatThrownBy(() -> pusher.push(name, Credential.NONE, new Told()))
                        .isInstanceOf(SampanException.class)
                        .hasMessageContaining("registry " + machine)
                        .hasMessageContaining("certificate");
            }
            Files.copy(server.certificate(), own.resolve("client.cert"));
            Files.copy(server.key(), own.resolve("client.key"));
            try (HttpRegistries with = registries()) {
                Digest pushed = here.pusher(with).push(name, Credential.NONE, new Told()).digest();
                assertThat(pull(with, name.toString())).isEqualTo(pushed);
            }
        }
    }

    @Test
    void theLongestPrefixSaysWhereAnImageComesFrom() {
        try (RegistryServer one = RegistryServer.plain(directory.resolve("r1"));
                RegistryServer two = RegistryServer.plain(directory.resolve("r2"))) {
            Digest mirrored = published(one, "cache/team/a:1");
            Digest moved = published(two, "new/deep/a:1");
            try (HttpRegistries registries =
                    registries(
                            rule(
                                    "hub.invalid",
                                    "",
                                    false,
                                    new Mirror(two.host() + "/nothing", false),
                                    new Mirror(one.host() + "/cache", false)),
                            rule("hub.invalid/old", two.host() + "/new", false),
                            rule("hub.invalid/old/closed", "", true))) {
                assertThat(pull(registries, "hub.invalid/team/a:1")).isEqualTo(mirrored);
                assertThat(pull(registries, "hub.invalid/old/deep/a:1")).isEqualTo(moved);
                assertThatThrownBy(() -> pull(registries, "hub.invalid/old/closed/a:1"))
                        .hasMessageContaining("hub.invalid/old/closed is blocked");
                assertThatThrownBy(() -> pull(registries, "hub.invalid/other:1"))
                        .hasMessageContaining("registry hub.invalid cannot be reached")
                        .hasMessageContaining("no such host");
            }
            assertThat(here.stores.images().images().getFirst().digests())
                    .as("the name that was asked for, not where it came from")
                    .allMatch(digest -> digest.startsWith("hub.invalid/"));
        }
    }
}

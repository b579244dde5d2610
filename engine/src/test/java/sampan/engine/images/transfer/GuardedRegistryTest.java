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
import sampan.engine.registry.RegistryLimits;
import sampan.engine.registry.http.HttpRegistries;
import sampan.engine.testing.Archive;
import sampan.engine.testing.RegistryServer;
import sampan.engine.testing.TestStores;
import sampan.engine.testing.Told;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.oci.Reference;

/// A real registry behind TLS, with a user.
@Tag("privileged")
class GuardedRegistryTest {
    private static final byte[] LAYER = new Archive().file("a", "a").bytes();
    private static final Credential ANN =
            Credential.of(RegistryServer.USER, RegistryServer.PASSWORD);

    @TempDir Path directory;
    private RegistryServer server;
    private TestStores here;

    @BeforeEach
    void open() {
        server = RegistryServer.guarded(directory.resolve("registry"));
        here = new TestStores(directory.resolve("one"));
    }

    @AfterEach
    void close() {
        here.close();
        server.close();
    }

    private HttpRegistries registries(Path... certificates) {
        return new HttpRegistries(
                RegistryConfig.EMPTY, RegistryLimits.DEFAULT, List.of(certificates), Map.of());
    }

    @Test
    void aUserPushesAndPullsOnTheLoopbackWithoutItsCa() {
        Reference name = Reference.parse(server.host() + "/a:1");
        here.load(Archive.image(name.toString(), LAYER));
        try (HttpRegistries registries = registries()) {
            Pusher.Pushed pushed = here.pusher(registries).push(name, ANN, new Told());
            try (TestStores there = new TestStores(directory.resolve("two"))) {
                Puller.Pulled pulled =
                        there.puller(registries)
                                .pull(new Puller.Wish(name, Optional.empty(), ANN), new Told());
                assertThat(pulled.digest()).isEqualTo(pushed.digest());
            }
        }
    }

    @Test
    void nobodyAndTheWrongPasswordAreRefused() {
        Reference name = Reference.parse(server.host() + "/a:1");
        here.load(Archive.image(name.toString(), LAYER));
        try (HttpRegistries registries = registries()) {
            Pusher pusher = here.pusher(registries);
            assertThatThrownBy(() -> pusher.push(name, Credential.NONE, new Told()))
                    .isInstanceOf(SampanException.class)
                    .hasMessageContaining("no basic auth credentials for " + server.host());
            assertThatThrownBy(() -> pusher.push(name, Credential.of("ann", "wrong"), new Told()))
                    .hasMessage("unauthorized: authentication required");
        }
    }

    @Test
    void loginTellsRightFromWrong() {
        try (HttpRegistries registries = registries()) {
            assertThat(registries.login(server.host(), ANN)).isEmpty();
            assertThatThrownBy(() -> registries.login(server.host(), Credential.of("ann", "wrong")))
                    .isInstanceOfSatisfying(
                            SampanException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.DENIED));
        }
    }

    @Test
    void elsewhereTheCaMustBeKnown() throws IOException {
        String machine = server.machine();
        try (HttpRegistries registries = registries(directory.resolve("certs.d"))) {
            assertThatThrownBy(() -> registries.login(machine, ANN))
                    .isInstanceOf(SampanException.class)
                    .hasMessageContaining("TLS: ")
                    .hasMessageContaining("certs.d/" + machine);
        }
        Path own = Files.createDirectories(directory.resolve("certs.d").resolve(machine));
        Files.copy(server.certificate(), own.resolve("ca.crt"));
        try (HttpRegistries registries = registries(directory.resolve("certs.d"))) {
            assertThat(registries.login(machine, ANN)).isEmpty();
        }
    }
}

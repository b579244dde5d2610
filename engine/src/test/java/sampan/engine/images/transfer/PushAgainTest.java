package sampan.engine.images.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sampan.engine.registry.Credential;
import sampan.engine.registry.Repository;
import sampan.engine.testing.Archive;
import sampan.engine.testing.Publishing;
import sampan.engine.testing.RegistryServer;
import sampan.engine.testing.TestStores;
import sampan.engine.testing.Told;
import sampan.oci.Digest;
import sampan.oci.Reference;
import sampan.oci.image.Manifest;
import sampan.oci.json.Json;

/// What is remembered of a registry from one push to the next.
@Tag("privileged")
class PushAgainTest {
    private static final byte[] LAYER = new Archive().file("a", "a").bytes();

    @TempDir Path directory;
    private RegistryServer server;
    private Publishing publishing;
    private TestStores here;
    private final Told told = new Told();

    @BeforeEach
    void open() {
        server = RegistryServer.plain(directory.resolve("registry"));
        publishing = new Publishing(directory);
        here = new TestStores(directory.resolve("one"));
    }

    @AfterEach
    void close() {
        here.close();
        publishing.close();
        server.close();
    }

    private Reference name(String tag) {
        return Reference.parse(server.host() + "/a:" + tag);
    }

    private Manifest push(Reference name) {
        new Pusher(here.stores, publishing.registries(), 5).push(name, Credential.NONE, told);
        return Json.read(repository().manifest(name.tag().orElseThrow()).bytes(), Manifest.class);
    }

    private Repository repository() {
        return publishing.repository(name("1"));
    }

    private void delete(Digest blob) throws IOException {
        URI place = URI.create("http://" + server.host() + "/v2/a/blobs/" + blob);
        HttpURLConnection connection = (HttpURLConnection) place.toURL().openConnection();
        connection.setRequestMethod("DELETE");
        assertThat(connection.getResponseCode()).isEqualTo(202);
        connection.disconnect();
    }

    @Test
    void aRegistryThatLostItsBlobsSinceThePushBeforeGetsThemAgain() throws IOException {
        here.load(Archive.image(name("1").toString(), LAYER));
        Manifest first = push(name("1"));
        Digest layer = first.layers().getFirst().digest();
        assertThat(repository().remembersBlob(layer)).isTrue();
        delete(layer);
        delete(first.config().digest());

        here.stores
                .images()
                .tag(here.stores.images().name(name("1").toString()).orElseThrow(), name("2"));
        assertThat(push(name("2"))).isEqualTo(first);
        assertThat(repository().hasBlob(layer)).isTrue();
        assertThat(repository().hasBlob(first.config().digest())).isTrue();
    }

    @Test
    void anotherRepositoryIsAskedForItself() {
        here.load(Archive.image(name("1").toString(), LAYER));
        Digest layer = push(name("1")).layers().getFirst().digest();
        Repository other = publishing.repository(Reference.parse(server.host() + "/b:1"));
        assertThat(other.remembersBlob(layer)).isFalse();
        assertThat(other.hasBlob(layer)).isFalse();
    }
}

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
import sampan.engine.registry.Repository;
import sampan.engine.testing.Archive;
import sampan.engine.testing.TestStores;
import sampan.engine.testing.Transfers;
import sampan.oci.Digest;
import sampan.oci.image.Manifest;
import sampan.oci.json.Json;

/// What is remembered of a registry from one push to the next.
@Tag("privileged")
class PushAgainTest {
    private static final byte[] LAYER = new Archive().file("a", "a").bytes();

    @TempDir Path directory;
    private Transfers transfers;
    private TestStores here;

    @BeforeEach
    void open() {
        transfers = new Transfers(directory);
        here = transfers.here();
    }

    @AfterEach
    void close() {
        transfers.close();
    }

    private Manifest push(String tag) {
        transfers.push(transfers.name("a:" + tag));
        return Json.read(repository().manifest(tag).bytes(), Manifest.class);
    }

    private Repository repository() {
        return transfers.publishing.repository(transfers.name("a:1"));
    }

    private void delete(Digest blob) throws IOException {
        URI place = URI.create("http://" + transfers.server.host() + "/v2/a/blobs/" + blob);
        HttpURLConnection connection = (HttpURLConnection) place.toURL().openConnection();
        connection.setRequestMethod("DELETE");
        assertThat(connection.getResponseCode()).isEqualTo(202);
        connection.disconnect();
    }

    @Test
    void aRegistryThatLostItsBlobsSinceThePushBeforeGetsThemAgain() throws IOException {
        here.load(Archive.image(transfers.name("a:1").toString(), LAYER));
        Manifest first = push("1");
        Digest layer = first.layers().getFirst().digest();
        assertThat(repository().remembersBlob(layer)).isTrue();
        delete(layer);
        delete(first.config().digest());

        here.tag(transfers.name("a:1"), transfers.name("a:2"));
        assertThat(push("2")).isEqualTo(first);
        assertThat(repository().hasBlob(layer)).isTrue();
        assertThat(repository().hasBlob(first.config().digest())).isTrue();
    }

    @Test
    void anotherRepositoryIsAskedForItself() {
        here.load(Archive.image(transfers.name("a:1").toString(), LAYER));
        Digest layer = push("1").layers().getFirst().digest();
        Repository other = transfers.publishing.repository(transfers.name("b:1"));
        assertThat(other.remembersBlob(layer)).isFalse();
        assertThat(other.hasBlob(layer)).isFalse();
    }
}

package sampan.engine.testing;

import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import sampan.engine.images.transfer.Puller;
import sampan.engine.images.transfer.Pusher;
import sampan.engine.registry.Credential;
import sampan.oci.Reference;
import sampan.oci.image.Platform;

/// A registry and the stores of an engine, and images that go from one to the other.
public final class Transfers implements AutoCloseable {
    public final RegistryServer server;
    public final Publishing publishing;

    /// What all pulls and pushes told.
    public final Told told = new Told();

    private final Path directory;
    private TestStores here;
    private @Nullable RegistryServer elsewhere;

    /// @param directory for all of it
    public Transfers(Path directory) {
        this.directory = directory;
        server = RegistryServer.plain(directory.resolve("registry"));
        publishing = new Publishing(directory);
        here = stores("one");
    }

    /// The engine's stores.
    public TestStores here() {
        return here;
    }

    /// Stores of another engine; the caller's to close.
    public TestStores stores(String engine) {
        return new TestStores(directory.resolve(engine));
    }

    /// The engine's stores, closed and read again.
    public TestStores restart() {
        here.close();
        here = stores("one");
        return here;
    }

    /// A name in the registry.
    public Reference name(String rest) {
        return Reference.parse(server.host() + "/" + rest);
    }

    /// A name in another registry, which has nothing yet.
    public Reference elsewhere(String rest) {
        RegistryServer other = elsewhere;
        if (other == null) {
            other = RegistryServer.plain(directory.resolve("elsewhere"));
            elsewhere = other;
        }
        return Reference.parse(other.host() + "/" + rest);
    }

    public Puller.Pulled pull(Reference name, Platform... platform) {
        return pull(here, name, platform);
    }

    /// @param platform none for this machine's
    public Puller.Pulled pull(TestStores to, Reference name, Platform... platform) {
        Puller.Wish wish = new Puller.Wish(name, first(platform), Credential.NONE);
        return to.puller(publishing.registries()).pull(wish, told);
    }

    public Pusher.Pushed push(Reference name, Platform... platform) {
        return push(here, name, platform);
    }

    /// @param platform none for all that are there
    public Pusher.Pushed push(TestStores from, Reference name, Platform... platform) {
        return from.pusher(publishing.registries())
                .push(name, first(platform), Credential.NONE, told);
    }

    private static Optional<Platform> first(Platform... platform) {
        return Stream.of(platform).findFirst();
    }

    @Override
    public void close() {
        here.close();
        publishing.close();
        server.close();
        if (elsewhere != null) {
            elsewhere.close();
        }
    }
}

package sampan.engine.networks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.oci.json.Json;

/// Networks on disk: `ROOT/networks/ID.json` each, written aside and renamed. Not synced: what a
/// power cut could take is made again at the next start.
public final class NetworkFiles implements NetworkStore {
    private static final int FORMAT = 1;
    private static final int LIMIT = 10_000;
    private static final String SUFFIX = ".json";

    private final Path root;

    private record Stored(
            int format,
            String id,
            String name,
            String driver,
            Instant created,
            @Nullable StoredBridge bridge,
            Map<String, String> labels) {}

    private record StoredBridge(String name, Cidr subnet, String gateway, int mtu) {}

    /// @param root the directory `networks`, made where missing
    public NetworkFiles(Path root) {
        this.root = root;
        try {
            Files.createDirectories(
                    root,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public List<Network> load() {
        List<Network> networks = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(root, "*" + SUFFIX)) {
            for (Path file : files) {
                if (networks.size() == LIMIT) {
                    throw new SampanException(
                            ErrorCode.UNAVAILABLE, "more than " + LIMIT + " networks in " + root);
                }
                networks.add(network(Json.read(Files.readAllBytes(file), Stored.class)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return networks;
    }

    @Override
    public void save(Network network) {
        Stored stored =
                new Stored(
                        FORMAT,
                        network.id(),
                        network.name(),
                        network.driver(),
                        network.created(),
                        network.bridged().map(NetworkFiles::stored).orElse(null),
                        network.labels());
        Path file = file(network.id());
        Path aside = file.resolveSibling(network.id() + ".tmp");
        try {
            Files.write(aside, Json.write(stored));
            Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void delete(String id) {
        try {
            Files.deleteIfExists(file(id));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path file(String id) {
        return root.resolve(id + SUFFIX);
    }

    private static StoredBridge stored(Network.Bridged bridged) {
        return new StoredBridge(
                bridged.bridge(),
                bridged.subnet(),
                bridged.gateway().getHostAddress(),
                bridged.mtu());
    }

    private static Network network(Stored stored) {
        StoredBridge bridge = stored.bridge();
        return new Network(
                stored.id(),
                stored.name(),
                stored.driver(),
                stored.created(),
                bridge == null ? Optional.empty() : Optional.of(bridged(bridge)),
                Map.copyOf(stored.labels()));
    }

    private static Network.Bridged bridged(StoredBridge bridge) {
        Inet4Address gateway = Cidr.address(bridge.gateway());
        return new Network.Bridged(bridge.name(), bridge.subnet(), gateway, bridge.mtu());
    }
}

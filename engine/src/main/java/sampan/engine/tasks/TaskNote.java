package sampan.engine.tasks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import sampan.engine.networks.Cidr;
import sampan.engine.networks.Endpoint;
import sampan.engine.networks.PortMapping;
import sampan.engine.networks.Protocol;
import sampan.errors.SampanException;
import sampan.linux.netlink.MacAddress;
import sampan.oci.json.Json;

/// What the run directory of a task says about it, written before anything of it is made: whose it
/// is and what a daemon that finds it has to take over or clean up.
///
/// @param container 64 digits
/// @param cgroup path in all hierarchies
/// @param endpoint of its network, where it has one
/// @param ports published, as in force
public record TaskNote(
        String container, String cgroup, Optional<Endpoint> endpoint, List<PortMapping> ports) {
    private static final String FILE = "task.json";
    private static final int FORMAT = 1;

    private record Stored(
            int format,
            String container,
            String cgroup,
            @Nullable StoredEndpoint endpoint,
            List<StoredPort> ports) {}

    private record StoredEndpoint(
            String id,
            String networkId,
            String address,
            int prefix,
            String gateway,
            String mac,
            String hostLink) {}

    private record StoredPort(
            String protocol, @Nullable String hostAddress, int hostPort, int containerPort) {}

    /// Writes it into the task's directory.
    void write(Path directory) {
        Stored stored =
                new Stored(
                        FORMAT,
                        container,
                        cgroup,
                        endpoint.map(TaskNote::stored).orElse(null),
                        ports.stream().map(TaskNote::stored).toList());
        try {
            Files.write(directory.resolve(FILE), Json.write(stored));
        } catch (IOException e) {
            throw new UncheckedIOException(directory.toString(), e);
        }
    }

    /// Reads it; empty where it is missing or cut off, as a kill in the middle of its writing
    /// leaves it: nothing of the task was made then.
    static Optional<TaskNote> read(Path directory) {
        try {
            Stored stored = Json.read(Files.readAllBytes(directory.resolve(FILE)), Stored.class);
            StoredEndpoint endpoint = stored.endpoint();
            List<PortMapping> ports = new ArrayList<>();
            for (StoredPort port : stored.ports()) {
                ports.add(port(port));
            }
            return Optional.of(
                    new TaskNote(
                            stored.container(),
                            stored.cgroup(),
                            endpoint == null
                                    ? Optional.empty()
                                    : Optional.of(endpoint(stored.container(), endpoint)),
                            List.copyOf(ports)));
        } catch (NoSuchFileException | SampanException _) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(directory.toString(), e);
        }
    }

    private static StoredEndpoint stored(Endpoint e) {
        return new StoredEndpoint(
                e.id(),
                e.networkId(),
                e.address().getHostAddress(),
                e.prefix(),
                e.gateway().getHostAddress(),
                e.mac().toString(),
                e.hostLink());
    }

    private static Endpoint endpoint(String container, StoredEndpoint e) {
        Inet4Address address = Cidr.address(e.address());
        return new Endpoint(
                e.id(),
                container,
                e.networkId(),
                address,
                e.prefix(),
                Cidr.address(e.gateway()),
                MacAddress.parse(e.mac()),
                e.hostLink());
    }

    private static StoredPort stored(PortMapping p) {
        return new StoredPort(
                p.protocol().toString(),
                p.hostAddress().map(InetAddress::getHostAddress).orElse(null),
                p.hostPort(),
                p.containerPort());
    }

    private static PortMapping port(StoredPort p) {
        return new PortMapping(
                Protocol.parse(p.protocol()),
                Optional.ofNullable(p.hostAddress()).map(InetAddress::ofLiteral),
                p.hostPort(),
                p.containerPort());
    }
}

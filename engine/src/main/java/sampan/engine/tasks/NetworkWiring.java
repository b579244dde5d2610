package sampan.engine.tasks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import sampan.engine.containers.Container.EndpointView;
import sampan.engine.containers.ContainerHandle;
import sampan.engine.containers.ContainerRecord;
import sampan.engine.containers.NetworkSpec;
import sampan.engine.containers.NetworkSpec.PortBinding;
import sampan.engine.networks.Cidr;
import sampan.engine.networks.Endpoint;
import sampan.engine.networks.HostFiles;
import sampan.engine.networks.Network;
import sampan.engine.networks.NetworkCatalog;
import sampan.engine.networks.NetworkChoice;
import sampan.engine.networks.NetworkDriver;
import sampan.engine.networks.PortMapping;
import sampan.engine.networks.PortRequest;
import sampan.engine.networks.Sandbox;
import sampan.engine.networks.SpareNamespaces;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;
import sampan.linux.netlink.MacAddress;
import sampan.linux.netlink.NetNamespace;
import sampan.linux.sys.Fd;

/// Connects a container that starts, and disconnects it when it ended: its network namespace, its
/// published ports, and the three files by which it knows itself and the world.
///
/// Thread-safe; calls for one container come in its turn.
public final class NetworkWiring {
    private static final Path HOSTS = Path.of("/etc/hosts");
    private static final Path RESOLV_CONF = Path.of("/etc/resolv.conf");

    private final NetworkCatalog catalog;
    private final @Nullable NetworkDriver driver;
    private final SpareNamespaces spares;

    /// @param driver of the default network; absent where this daemon may not make networks
    public NetworkWiring(
            NetworkCatalog catalog, Optional<NetworkDriver> driver, SpareNamespaces spares) {
        this.catalog = catalog;
        this.spares = spares;
        this.driver = driver.orElse(null);
    }

    /// How a container is connected.
    ///
    /// @param sandbox its own namespace with an endpoint; the wiring's to release
    /// @param endpoints as inspect shows them
    /// @param mappings of its published ports, in force
    /// @param files path in the container to the file on the host that is mounted there
    /// @param own its network namespace, where it has one of its own
    /// @param peer container whose namespace it joins
    public record Wired(
            Optional<Sandbox> sandbox,
            List<EndpointView> endpoints,
            List<PortMapping> mappings,
            Map<String, Path> files,
            Own own,
            Optional<String> peer) {
        /// The namespace to enter, ready for use.
        Optional<Fd> namespace() {
            return own.ready().map(NetNamespace::fd);
        }
    }

    /// A network namespace of a container's own.
    ///
    /// @param wanted false: it has none
    /// @param ready the sandbox's or a spare one; absent: the launcher makes it
    record Own(boolean wanted, Optional<NetNamespace> ready) {
        static final Own NONE = new Own(false, Optional.empty());
    }

    /// Connects it. Nothing stays behind when it fails.
    ///
    /// @param hostname as the container knows itself
    /// @param own makes a namespace for it where it must not come from the pool
    public Wired connect(
            ContainerHandle handle, String hostname, Optional<Supplier<NetNamespace>> own) {
        ContainerRecord record = handle.record();
        NetworkSpec wanted = record.spec().network();
        if (wanted.disabled()) {
            return alone(handle, hostname);
        }
        return switch (NetworkChoice.parse(wanted.mode())) {
            case NetworkChoice.None _ -> alone(handle, hostname);
            case NetworkChoice.Host _ -> host(handle, hostname);
            case NetworkChoice.OfContainer(String reference) ->
                    new Wired(
                            Optional.empty(),
                            List.of(),
                            List.of(),
                            Map.of(),
                            Own.NONE,
                            Optional.of(reference));
            case NetworkChoice.Named(String name) ->
                    named(handle, hostname, catalog.find(name), own);
        };
    }

    private Wired alone(ContainerHandle handle, String hostname) {
        Network none = catalog.find("none");
        Map<String, Path> files = files(handle, hostname, Optional.empty(), Optional.empty());
        // A new user namespace must own its network namespace: such a one cannot be made ahead.
        boolean remapped =
                !UserNamespaces.mappings(handle.record().spec().namespaces().userns()).isEmpty();
        Own own = new Own(true, remapped ? Optional.empty() : spares.take());
        return new Wired(
                Optional.empty(), List.of(bare(none)), List.of(), files, own, Optional.empty());
    }

    private Wired host(ContainerHandle handle, String hostname) {
        NetworkSpec wanted = handle.record().spec().network();
        Map<String, Path> files = new LinkedHashMap<>();
        HostFiles.Resolver resolver = resolver(wanted);
        write(files, handle, "hostname", HostFiles.hostname(hostname));
        write(
                files,
                handle,
                "hosts",
                HostFiles.hostsOfHost(read(HOSTS), wanted.extraHosts(), Optional.of(loopback())));
        write(
                files,
                handle,
                "resolv.conf",
                HostFiles.resolvConfOfHost(read(RESOLV_CONF), resolver));
        return new Wired(
                Optional.empty(),
                List.of(bare(catalog.find("host"))),
                List.of(),
                files,
                Own.NONE,
                Optional.empty());
    }

    private static InetAddress loopback() {
        return InetAddress.ofLiteral("127.0.0.1");
    }

    private static EndpointView bare(Network network) {
        return new EndpointView(
                network.name(), network.id(), "", "", 0, "", "", List.of(), Map.of());
    }

    private static Sandbox sandbox(
            NetworkDriver bridge,
            NetworkDriver.Request request,
            Optional<Supplier<NetNamespace>> own) {
        if (own.isEmpty()) {
            return bridge.take(request);
        }
        NetNamespace namespace = own.get().get();
        try {
            return new Sandbox(namespace, bridge.attach(request, namespace));
        } catch (RuntimeException e) {
            namespace.close();
            throw e;
        }
    }

    private Wired named(
            ContainerHandle handle,
            String hostname,
            Network network,
            Optional<Supplier<NetNamespace>> own) {
        NetworkDriver bridge = driver;
        if (network.driver().equals(Network.HOST_DRIVER)) {
            return host(handle, hostname);
        }
        if (network.driver().equals(Network.NULL_DRIVER)) {
            return alone(handle, hostname);
        }
        if (bridge == null) {
            throw new SampanException(
                    ErrorCode.UNSUPPORTED,
                    "network "
                            + network.name()
                            + " cannot be used by this daemon: use --network"
                            + " none or host");
        }
        NetworkSpec wanted = handle.record().spec().network();
        Sandbox sandbox = sandbox(bridge, request(handle.record()), own);
        try {
            Endpoint endpoint = sandbox.endpoint();
            List<PortRequest> ports = ports(wanted);
            List<PortMapping> mappings =
                    ports.isEmpty() ? List.of() : bridge.publish(endpoint, ports);
            Map<String, Path> files =
                    files(
                            handle,
                            hostname,
                            Optional.of(endpoint.address()),
                            Optional.of(endpoint.gateway()));
            return new Wired(
                    Optional.of(sandbox),
                    List.of(view(network, endpoint, wanted, mappings)),
                    mappings,
                    files,
                    new Own(true, Optional.of(sandbox.namespace())),
                    Optional.empty());
        } catch (RuntimeException e) {
            bridge.release(sandbox);
            throw e;
        }
    }

    private static NetworkDriver.Request request(ContainerRecord record) {
        NetworkSpec wanted = record.spec().network();
        return new NetworkDriver.Request(
                record.id().value(),
                wanted.address().isEmpty()
                        ? Optional.empty()
                        : Optional.of(Cidr.address(wanted.address())),
                wanted.macAddress().isEmpty()
                        ? Optional.empty()
                        : Optional.of(MacAddress.parse(wanted.macAddress())));
    }

    /// The ports that are to be published, in the order of their names.
    static List<PortRequest> ports(NetworkSpec wanted) {
        List<PortRequest> requests = new ArrayList<>();
        wanted.portBindings().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(entry -> {
                    List<PortBinding> bindings =
                            entry.getValue().isEmpty()
                                    ? List.of(new PortBinding("", ""))
                                    : entry.getValue();
                    for (PortBinding binding : bindings) {
                        requests.add(
                                PortRequest.parse(
                                        entry.getKey(), binding.hostAddress(), binding.hostPort()));
                    }
                });
        if (wanted.publishAll()) {
            wanted.exposedPorts().stream()
                    .filter(p -> !wanted.portBindings().containsKey(p))
                    .sorted()
                    .forEach(p -> requests.add(PortRequest.parse(p, "", "")));
        }
        return requests;
    }

    private static EndpointView view(
            Network network, Endpoint endpoint, NetworkSpec wanted, List<PortMapping> mappings) {
        Map<String, List<PortBinding>> ports = new LinkedHashMap<>();
        for (PortMapping mapping : mappings) {
            List<PortBinding> bindings =
                    ports.computeIfAbsent(
                            mapping.containerPort() + "/" + mapping.protocol(),
                            _ -> new ArrayList<>());
            for (String address : mapping.shownAddresses()) {
                bindings.add(new PortBinding(address, Integer.toString(mapping.hostPort())));
            }
        }
        return new EndpointView(
                network.name(),
                network.id(),
                endpoint.id(),
                endpoint.address().getHostAddress(),
                endpoint.prefix(),
                endpoint.gateway().getHostAddress(),
                endpoint.mac().toString(),
                wanted.aliases(),
                ports);
    }

    private Map<String, Path> files(
            ContainerHandle handle,
            String hostname,
            Optional<Inet4Address> address,
            Optional<Inet4Address> gateway) {
        ContainerRecord record = handle.record();
        NetworkSpec wanted = record.spec().network();
        Map<String, Path> files = new LinkedHashMap<>();
        write(files, handle, "hostname", HostFiles.hostname(hostname));
        write(
                files,
                handle,
                "hosts",
                HostFiles.hosts(
                        new HostFiles.Self(
                                hostname,
                                record.spec().namespaces().domainname(),
                                address.map(a -> a)),
                        wanted.extraHosts(),
                        gateway.map(g -> g)));
        String host = read(RESOLV_CONF);
        if (HostFiles.namesStubOnly(host)) {
            String real = read(Path.of(HostFiles.SYSTEMD_RESOLV_CONF));
            host = real.isEmpty() ? host : real;
        }
        write(files, handle, "resolv.conf", HostFiles.resolvConf(host, resolver(wanted), false));
        return files;
    }

    private static HostFiles.Resolver resolver(NetworkSpec wanted) {
        return new HostFiles.Resolver(wanted.dns(), wanted.dnsSearch(), wanted.dnsOptions());
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException _) {
            return "";
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }

    private static void write(
            Map<String, Path> files, ContainerHandle handle, String name, String text) {
        Path file = handle.directory().resolve(name);
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
        files.put("/etc/" + name, file);
    }

    /// What inspect shows of a container that a former daemon connected.
    List<EndpointView> views(
            ContainerRecord record, Optional<Endpoint> endpoint, List<PortMapping> mappings) {
        NetworkSpec wanted = record.spec().network();
        NetworkChoice choice =
                wanted.disabled() ? new NetworkChoice.None() : NetworkChoice.parse(wanted.mode());
        return switch (choice) {
            case NetworkChoice.None _ -> List.of(bare(catalog.find("none")));
            case NetworkChoice.Host _ -> List.of(bare(catalog.find("host")));
            case NetworkChoice.OfContainer _ -> List.of();
            case NetworkChoice.Named(String name) -> {
                Network network = catalog.find(name);
                yield endpoint.map(e -> List.of(view(network, e, wanted, mappings)))
                        .orElseGet(() -> List.of(bare(network)));
            }
        };
    }

    /// Ends it: the address may go to another container from now on.
    public void disconnect(Wired wired) {
        NetworkDriver bridge = driver;
        if (wired.sandbox().isEmpty()) {
            wired.own().ready().ifPresent(NetNamespace::close);
        } else if (bridge != null) {
            bridge.release(wired.sandbox().get());
        }
    }

    /// Ends an endpoint that a former daemon made.
    public void disconnect(Endpoint endpoint) {
        NetworkDriver bridge = driver;
        if (bridge != null) {
            bridge.detach(endpoint);
        }
    }
}

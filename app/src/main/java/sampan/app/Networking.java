package sampan.app;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import sampan.app.settings.Settings;
import sampan.engine.networks.Attachment;
import sampan.engine.networks.Cidr;
import sampan.engine.networks.NetworkCatalog;
import sampan.engine.networks.NetworkDriver;
import sampan.engine.networks.NetworkFiles;
import sampan.engine.networks.SpareNamespaces;
import sampan.engine.networks.bridge.BridgeDriver;
import sampan.engine.networks.bridge.BridgePlan;
import sampan.engine.networks.bridge.BridgeSettings;
import sampan.engine.networks.bridge.HostNamespace;
import sampan.engine.tasks.NetworkWiring;
import sampan.errors.SampanException;
import sampan.linux.kernel.Feature;
import sampan.linux.kernel.Features;
import sampan.linux.nftables.ForeignChains;

/// The networks of this daemon, with the bridge up where the kernel lets us make one.
record Networking(
        NetworkCatalog catalog,
        Optional<NetworkDriver> driver,
        SpareNamespaces spares,
        NetworkWiring wiring)
        implements AutoCloseable {

    /// @param running endpoints of containers that run on from a former daemon
    static Networking open(Settings settings, List<Attachment> running, Logger log) {
        NetworkFiles files = new NetworkFiles(settings.root().resolve("networks"));
        BridgeSettings wanted =
                new BridgeSettings(
                        settings.bridge(),
                        settings.subnet().isEmpty()
                                ? Optional.empty()
                                : Optional.of(Cidr.parse(settings.subnet())),
                        Optional.empty(),
                        BridgeSettings.DEFAULT_POOL);
        HostNamespace host = HostNamespace.own();
        NetworkCatalog catalog =
                new NetworkCatalog(
                        files,
                        BridgePlan.resolve(wanted, NetworkCatalog.storedDefault(files), host));
        Optional<NetworkDriver> driver = bridge(catalog, wanted, host, running, log);
        SpareNamespaces spares = new SpareNamespaces();
        return new Networking(catalog, driver, spares, new NetworkWiring(catalog, driver, spares));
    }

    /// Firewall tables of other Sampan daemons on this host: none where the kernel has no tables.
    static List<String> neighbours(String bridge, Features features) {
        if (!features.has(Feature.NF_TABLES)) {
            return List.of();
        }
        String own = BridgeSettings.table(bridge);
        return HostNamespace.own().call(ForeignChains::tables).stream()
                .filter(name -> name.equals("sampan") || name.startsWith("sampan_"))
                .filter(name -> !name.equals(own))
                .map(name -> "firewall table " + name)
                .toList();
    }

    /// Without a bridge containers still run with `--network none` and `host`.
    private static Optional<NetworkDriver> bridge(
            NetworkCatalog catalog,
            BridgeSettings wanted,
            HostNamespace host,
            List<Attachment> running,
            Logger log) {
        try {
            return Optional.of(
                    BridgeDriver.open(
                            catalog.defaultNetwork(),
                            wanted,
                            host,
                            running,
                            notice -> log.log(Level.WARNING, notice)));
        } catch (SampanException e) {
            log.log(
                    Level.WARNING,
                    "no bridge network: "
                            + e.getMessage()
                            + "; containers can have --network none or host");
            return Optional.empty();
        }
    }

    /// Bridge and firewall table go too where no container runs on.
    @Override
    public void close() {
        spares.close();
        driver.ifPresent(NetworkDriver::retire);
    }
}

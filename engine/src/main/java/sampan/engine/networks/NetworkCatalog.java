package sampan.engine.networks;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import sampan.errors.ErrorCode;
import sampan.errors.SampanException;

/// The networks of this daemon by name and id: at present the three that every engine has,
/// `bridge`, `host` and `none`. They keep their ids across restarts. Thread-safe.
public final class NetworkCatalog {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int ID_BYTES = 32;

    private final NetworkStore store;
    private final ConcurrentHashMap<String, Network> byId = new ConcurrentHashMap<>();

    /// Reads what the store has and adds what is missing.
    ///
    /// @param wanted settings of the network `bridge`; they replace the stored ones, the id stays
    public NetworkCatalog(NetworkStore store, Network.Bridged wanted) {
        this.store = store;
        store.load().forEach(network -> byId.put(network.id(), network));
        ensure(Network.DEFAULT_NAME, Network.BRIDGE_DRIVER, Optional.of(wanted));
        ensure("host", Network.HOST_DRIVER, Optional.empty());
        ensure("none", Network.NULL_DRIVER, Optional.empty());
    }

    /// The settings that a store has for the network `bridge`, where it has one: what a daemon
    /// without a wish of its own goes on with.
    public static Optional<Network.Bridged> storedDefault(NetworkStore store) {
        return store.load().stream()
                .filter(network -> network.name().equals(Network.DEFAULT_NAME))
                .findFirst()
                .flatMap(Network::bridged);
    }

    /// All, by name.
    public List<Network> list() {
        return byId.values().stream().sorted(Comparator.comparing(Network::name)).toList();
    }

    /// The network of that name, of that id, or of the only id that begins so.
    ///
    /// @throws SampanException NOT_FOUND, or INVALID where several ids begin so
    public Network find(String reference) {
        Optional<Network> named =
                byId.values().stream().filter(n -> n.name().equals(reference)).findFirst();
        if (named.isPresent()) {
            return named.get();
        }
        List<Network> matching =
                reference.isEmpty()
                        ? List.of()
                        : byId.values().stream().filter(n -> n.id().startsWith(reference)).toList();
        if (matching.size() > 1) {
            throw SampanException.invalid(
                    "network " + reference + " is ambiguous: " + matching.size() + " ids match");
        }
        return matching.stream()
                .findFirst()
                .orElseThrow(() -> SampanException.notFound("network " + reference + " not found"));
    }

    public Network defaultNetwork() {
        return find(Network.DEFAULT_NAME);
    }

    /// Not yet: networks of the user's own come later, and nothing is made half.
    public Network create(String name) {
        if (byId.values().stream().anyMatch(network -> network.name().equals(name))) {
            throw SampanException.conflict("network with name " + name + " already exists");
        }
        throw new SampanException(
                ErrorCode.UNSUPPORTED,
                "network '"
                        + name
                        + "' cannot be created: this version has the networks bridge, host and"
                        + " none only");
    }

    /// Refused: the three built-in networks stay.
    public void remove(String reference) {
        Network network = find(reference);
        throw new SampanException(
                ErrorCode.DENIED,
                network.name() + " is a pre-defined network and cannot be removed");
    }

    /// A new id, 64 hexadecimal digits.
    public static String randomId() {
        byte[] bytes = new byte[ID_BYTES];
        RANDOM.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private void ensure(String name, String driver, Optional<Network.Bridged> bridged) {
        Optional<Network> kept =
                byId.values().stream().filter(n -> n.name().equals(name)).findFirst();
        if (kept.isPresent() && kept.get().bridged().equals(bridged)) {
            return;
        }
        Network network =
                new Network(
                        kept.map(Network::id).orElseGet(NetworkCatalog::randomId),
                        name,
                        driver,
                        kept.map(Network::created).orElseGet(Instant::now),
                        bridged,
                        kept.map(Network::labels).orElse(Map.of()));
        store.save(network);
        byId.put(network.id(), network);
    }
}

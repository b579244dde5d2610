package sampan.gateway.config;

import java.lang.System.Logger.Level;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.Security;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What the names of targets resolve to, asked again every [#REFRESH]. Where a name resolves no
/// longer, its last addresses go on; where it does not yet, it has none. One that has addresses of
/// both families has those of IPv4: servers that listen on one family listen on that. Thread-safe.
public final class TargetNames implements AutoCloseable {
    /// Between two looks at a name.
    public static final Duration REFRESH = Duration.ofSeconds(5);

    /// Addresses of one name; what is above, in their order, is left out.
    public static final int ADDRESSES_MAX = 64;

    private static final System.Logger LOG = System.getLogger("sampan-gateway");

    /// Asks for the addresses of a name, as long as that takes.
    @FunctionalInterface
    public interface Lookup {
        InetAddress[] addresses(String host) throws UnknownHostException;
    }

    /// Java would remember what it was told, for longer than we do.
    private static final class Resolver {
        static {
            Security.setProperty("networkaddress.cache.ttl", "0");
            Security.setProperty("networkaddress.cache.negative.ttl", "0");
        }

        static InetAddress[] addresses(String host) throws UnknownHostException {
            return InetAddress.getAllByName(host);
        }
    }

    private final Lookup lookup;
    private final Duration refresh;
    private final Map<String, List<InetAddress>> known = new HashMap<>();
    private final Map<String, String> problems = new TreeMap<>();
    private @Nullable Thread asking;
    private boolean changed;

    TargetNames() {
        this(Resolver::addresses, REFRESH);
    }

    TargetNames(Lookup lookup, Duration refresh) {
        this.lookup = lookup;
        this.refresh = refresh;
    }

    /// The addresses of a host, which may be one itself; blocks for a name that is new.
    List<InetAddress> addresses(String host) {
        try {
            return List.of(InetAddress.ofLiteral(host));
        } catch (IllegalArgumentException _) {
            // a name
        }
        synchronized (this) {
            List<InetAddress> before = known.get(host);
            if (before != null) {
                return before;
            }
        }
        List<InetAddress> found = look(host);
        synchronized (this) {
            known.putIfAbsent(host, found);
            return known.getOrDefault(host, found);
        }
    }

    /// These names are asked for from now on, and no others.
    synchronized void keep(Set<String> hosts) {
        known.keySet().retainAll(hosts);
        problems.keySet().retainAll(hosts);
        changed = false;
        if (!known.isEmpty() && asking == null) {
            asking = Thread.ofPlatform().daemon().name("target-names").start(this::ask);
        }
    }

    /// Whether a name that is kept has come to mean something else.
    public synchronized boolean changed() {
        return changed;
    }

    /// What is wrong with names, by name.
    public synchronized Map<String, String> problems() {
        return Map.copyOf(problems);
    }

    private void ask() {
        try {
            while (true) {
                for (String host : pause()) {
                    List<InetAddress> now = look(host);
                    synchronized (this) {
                        List<InetAddress> before = known.get(host);
                        if (before != null && !now.isEmpty() && !now.equals(before)) {
                            known.put(host, now);
                            changed = true;
                        }
                    }
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private List<String> pause() throws InterruptedException {
        Thread.sleep(refresh);
        synchronized (this) {
            return List.copyOf(known.keySet());
        }
    }

    /// Sorted, since servers of names shuffle their answers; empty where there is none.
    private List<InetAddress> look(String host) {
        try {
            InetAddress[] all = lookup.addresses(host);
            boolean four = Arrays.stream(all).anyMatch(Inet4Address.class::isInstance);
            List<InetAddress> found =
                    Arrays.stream(all)
                            .filter(address -> !four || address instanceof Inet4Address)
                            .sorted(Comparator.comparing(InetAddress::getHostAddress))
                            .distinct()
                            .limit(ADDRESSES_MAX)
                            .toList();
            synchronized (this) {
                problems.remove(host);
            }
            return found;
        } catch (UnknownHostException e) {
            told(host, "it does not resolve: check the name or write an address");
            return List.of();
        }
    }

    private void told(String host, String problem) {
        synchronized (this) {
            if (problem.equals(problems.put(host, problem))) {
                return;
            }
        }
        LOG.log(Level.ERROR, "target " + host + ": " + problem);
    }

    @Override
    public synchronized void close() {
        known.clear();
        if (asking != null) {
            asking.interrupt();
        }
    }
}

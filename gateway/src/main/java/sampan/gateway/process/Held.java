package sampan.gateway.process;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import sampan.errors.SampanException;
import sampan.gateway.feed.Feeding;
import sampan.gateway.proxy.ListenSockets;
import sampan.linux.net.InternetAddress;
import sampan.linux.sys.Fd;

/// Listening sockets that somebody gave: while one who holds them lives, the kernel takes
/// connections and none is refused. Thread-safe.
final class Held implements ListenSockets, AutoCloseable {
    private final Map<InternetAddress, List<Fd>> sockets = new LinkedHashMap<>();

    synchronized void put(InternetAddress address, List<Fd> given) {
        if (given.isEmpty()) {
            throw SampanException.invalid("socket " + address + ": no descriptor came with it");
        }
        List<Fd> old = sockets.put(address, given);
        if (old != null) {
            old.forEach(Fd::close);
        }
    }

    /// Forgets all others.
    synchronized void keep(Collection<InternetAddress> addresses) {
        List<InternetAddress> gone =
                sockets.keySet().stream().filter(a -> !addresses.contains(a)).toList();
        gone.forEach(address -> Objects.requireNonNull(sockets.remove(address)).forEach(Fd::close));
    }

    synchronized List<Feeding.Listening> all() {
        List<Feeding.Listening> all = new ArrayList<>();
        sockets.forEach((address, fds) -> all.add(new Feeding.Listening(address, fds)));
        return all;
    }

    /// Duplicates, one per loop.
    @Override
    public synchronized List<Fd> open(InternetAddress address, int loops) {
        List<Fd> given = sockets.get(address);
        if (given == null) {
            throw SampanException.invalid("listen " + address + ": its sockets were not given");
        }
        if (given.size() > loops) {
            throw SampanException.invalid(
                    "listen "
                            + address
                            + ": more sockets were given than there are loops: "
                            + loops);
        }
        List<Fd> duplicates = new ArrayList<>();
        for (int i = 0; i < loops; i++) {
            duplicates.add(given.get(i % given.size()).duplicate());
        }
        return duplicates;
    }

    @Override
    public synchronized void close() {
        sockets.values().forEach(fds -> fds.forEach(Fd::close));
        sockets.clear();
    }
}

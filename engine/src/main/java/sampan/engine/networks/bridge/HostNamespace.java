package sampan.engine.networks.bridge;

import java.util.Optional;
import java.util.function.Supplier;
import sampan.linux.netlink.NetNamespace;

/// The network namespace that plays the host: the daemon's own, or another for daemons that are
/// tested or kept apart. Sockets are opened by way of it and belong to it from then on.
public final class HostNamespace {
    private final Optional<NetNamespace> other;

    private HostNamespace(Optional<NetNamespace> other) {
        this.other = other;
    }

    /// The one that all threads of the daemon are in.
    public static HostNamespace own() {
        return new HostNamespace(Optional.empty());
    }

    /// Another, whose descriptor stays its owner's and open as long as this is used.
    public static HostNamespace of(NetNamespace namespace) {
        return new HostNamespace(Optional.of(namespace));
    }

    /// Does work inside; where it is the daemon's own, on the calling thread.
    public <T> T call(Supplier<T> work) {
        return other.map(namespace -> namespace.call(work)).orElseGet(work);
    }
}

package sampan.engine.networks;

import java.net.Inet4Address;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import sampan.engine.leftovers.Leftover;
import sampan.linux.netlink.MacAddress;
import sampan.linux.netlink.NetNamespace;

/// Makes endpoints on one network and publishes their ports. Thread-safe; may wait for the kernel a
/// few milliseconds, so not for readers' paths.
public interface NetworkDriver extends AutoCloseable {
    /// What a container asks of its endpoint beyond the defaults.
    ///
    /// @param containerId whose it will be
    /// @param address a certain one
    /// @param mac a certain one
    record Request(String containerId, Optional<Inet4Address> address, Optional<MacAddress> mac) {
        /// A request without wishes.
        public static Request of(String containerId) {
            return new Request(containerId, Optional.empty(), Optional.empty());
        }
    }

    /// Gives a container a namespace of its own with an endpoint in it; without wishes from the
    /// pool.
    Sandbox take(Request request);

    /// Makes an endpoint in a namespace that exists already, which stays its owner's.
    Endpoint attach(Request request, NetNamespace namespace);

    /// Leads ports of the host to the endpoint: all of them or none.
    ///
    /// @return the mappings in force, in the order of the requests
    /// @throws sampan.errors.SampanException CONFLICT with Docker's words where a port is taken
    List<PortMapping> publish(Endpoint endpoint, List<PortRequest> requests);

    /// Ends all mappings of an endpoint; harmless where there are none.
    void unpublish(Endpoint endpoint);

    /// Ends an endpoint and its mappings. The link goes with its namespace, or is removed a little
    /// later where the namespace lives on; its address rests until then.
    void detach(Endpoint endpoint);

    /// [#detach], and the sandbox's namespace is closed.
    void release(Sandbox sandbox);

    /// What endpoints there are, by container.
    List<Endpoint> endpoints();

    /// By which namespace of a container, named by its id, a link that another program deletes is
    /// made again. Before it is told, such a link stays away until the container's next start.
    ///
    /// @param of asked on any thread; empty where the container does not run; what it gives is
    ///   closed
    void namespaces(Function<String, Optional<NetNamespace>> of);

    /// Links of this network that belong to no endpoint and to nothing that is being made.
    List<Leftover> leftovers();

    /// What stands in the way of this network and cannot be changed from here, in words: `what: the
    /// remedy`.
    List<String> obstacles();

    /// Stops background work and empties the pool. Endpoints, links and the firewall stay, for the
    /// containers run on.
    @Override
    void close();

    /// [#close], and where no endpoint is left takes everything of the network away from the host:
    /// for a daemon that ends in order.
    void retire();
}

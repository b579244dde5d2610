package sampan.engine.networks;

import sampan.linux.netlink.NetNamespace;

/// A network namespace with an endpoint in place: loopback and eth0 up, addressed, routed.
///
/// Whoever took it owns the namespace's descriptor and gives it to the launcher to enter. While it
/// is open the namespace lives even without a process. [NetworkDriver#release] closes it.
public record Sandbox(NetNamespace namespace, Endpoint endpoint) {}

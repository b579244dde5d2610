/// Networks: how containers reach each other, the host and the world.
///
/// Words: a *network* is a subnet behind a bridge, or one of the two without a driver, `host` and
/// `none`; an *endpoint* is a container's attachment to a network: address, link, gateway; a *port
/// mapping* leads a port of the host to one of a container; a *sandbox* is a network namespace made
/// ahead, with its endpoint in place.
///
/// Life cycle: [NetworkCatalog] knows the networks and keeps them in a [NetworkStore]. A
/// [NetworkDriver] makes endpoints: the engine takes a [Sandbox] for a starting container,
/// publishes its ports, and releases it when the container has ended. Endpoints and mappings are
/// recorded with the container by their owner and handed back to the driver after a restart of the
/// daemon.
///
/// [HostFiles] writes what a container sees as /etc/hosts, /etc/hostname and /etc/resolv.conf.
@NullMarked
package sampan.engine.networks;

import org.jspecify.annotations.NullMarked;

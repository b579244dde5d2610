/// The driver of networks behind a Linux bridge.
///
/// [BridgeDriver] keeps the bridge, the addresses, the firewall table and the published ports of
/// one network. [SandboxPool] makes network namespaces ahead. [HeldPorts] keeps each published port
/// occupied, so that no other program takes it, and carries what the kernel cannot lead: IPv6
/// clients, since containers have IPv4 only. [StaleFlows] keeps old UDP flows from going astray.
///
/// Life cycle: opening the driver makes what is missing and removes what a daemon that died left
/// over (links that begin with this network's prefix and belong to no recorded endpoint); closing
/// it leaves everything that running containers need.
///
/// Deleting a link costs the kernel about 20 ms under a lock that every other link needs, so links
/// are left to end with their namespace, which the kernel does for many at a time; addresses rest
/// until the link is gone.
@NullMarked
package sampan.engine.networks.bridge;

import org.jspecify.annotations.NullMarked;

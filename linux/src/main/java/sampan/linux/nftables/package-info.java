/// The packet filter by netlink: one nf_tables table of our own, encoded here, without the `nft`
/// program or libnftables (version 1.0.6 of which was seen to crash its process).
///
/// [NatTable] is the table: address translation for container networks and the maps of published
/// ports. Its rules never change while containers come and go: a published port is a map element,
/// so publishing costs one small transaction however many there are. [TableWatch] notices when
/// somebody else touches the table (`nft flush ruleset`, a firewall's reload) and has it laid anew.
/// [ForeignChains] reads, and only reads, what others have laid.
///
/// Words: a *transaction* is one datagram that the kernel applies entirely or not at all; a *port
/// key* is what a client addresses, a *port target* where it is led.
///
/// Life cycle: [NatTable#install] replaces the table in one transaction, so there is no moment
/// without it; it outlives the daemon, as the containers do; [NatTable#remove] takes it away.
/// Everything here touches only the table of the given name.
@NullMarked
package sampan.linux.nftables;

import org.jspecify.annotations.NullMarked;

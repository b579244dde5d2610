/// Netlink: the kernel's message bus for links, addresses, routes and the firewall.
///
/// [NetlinkSocket] carries datagrams of one protocol; [NetlinkEncoder] writes requests into a
/// bounded native buffer, [NetlinkMessage] and [Attributes] read answers and check every length
/// before they follow it. [RouteSocket] speaks rtnetlink(7) on top: links, addresses, routes.
/// [NetNamespace] is an owned descriptor of a network namespace.
///
/// Words: a *request* is one message; a *datagram* may hold several, the kernel works them off in
/// order and acknowledges each, so one system call sets up a whole interface. A *dump* is an answer
/// of many messages.
///
/// Life cycle: a socket belongs for ever to the network namespace of the thread that opened it and
/// may then be used from any thread. So a socket into a container's namespace is opened on a
/// throw-away platform thread that has entered it. Sockets own a descriptor only; buffers are
/// borrowed for the length of one exchange.
///
/// Threads: requests are answered within the system call that sends them, so callers wait only for
/// the kernel's own work (up to a millisecond or two for a new link), never for a peer.
@NullMarked
package sampan.linux.netlink;

import org.jspecify.annotations.NullMarked;

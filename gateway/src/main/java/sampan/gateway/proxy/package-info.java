/// The request path: loops, connections, exchanges.
///
/// [Gateway] starts a [Loop] per core and gives them their routing table. A [ClientConnection]
/// reads heads; its [Exchange] routes a request, has an [UpstreamConnection] carry it, and brings
/// the answer back. Objects of connections are used again, buffers come from a bounded pool, so
/// that a request allocates nothing.
///
/// Threads: all of a loop's objects belong to its thread; only [Gateway] may be called from
/// outside.
@NullMarked
package sampan.gateway.proxy;

import org.jspecify.annotations.NullMarked;

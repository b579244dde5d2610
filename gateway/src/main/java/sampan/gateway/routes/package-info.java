/// Which request goes where: [RoutingTable] finds the [Route] of a request, a [Service] picks one
/// of its [Target]s.
///
/// A table is immutable and allocates nothing when asked; what it asks about is a [RequestView]
/// over native memory. What lives longer than a table (targets, breakers, limits, counters) is
/// carried over by who builds it, by name. Threads: tables, routes and services are shared by all
/// loops.
@NullMarked
package sampan.gateway.routes;

import org.jspecify.annotations.NullMarked;

/// From labels of containers to routes and services of the gateway.
///
/// Pure: what containers there are goes in, the documents that the gateway reads come out, with
/// everything that was not understood. Two languages are read: `sampan.gateway.*`, whose fields are
/// those of the gateway's file, and what is usual of `traefik.http.*`. Nothing is dropped silently:
/// what cannot be expressed is a problem of its route, and the other routes go on.
@NullMarked
package sampan.engine.gateway.labels;

import org.jspecify.annotations.NullMarked;

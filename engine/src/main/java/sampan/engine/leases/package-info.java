/// Leases: what a transfer works on and nothing refers to yet.
///
/// Content is reachable from images and from containers; everything else may be collected at any
/// time. A load, commit or pull first takes a [Lease] and holds each digest *before* it looks
/// whether the content is there; a collector decides inside [Leases#deciding], so that nothing is
/// taken away between the look and the use. Leases live in memory: what a killed daemon was doing
/// is garbage, but what a [LastingLease] holds, which is a file as well: a pull that was cut off
/// goes on with it within a day.
@NullMarked
package sampan.engine.leases;

import org.jspecify.annotations.NullMarked;

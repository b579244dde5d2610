/// What keeps a service from being asked more than it can do: [RateLimit], [Breaker] and
/// [Concurrency]. All are shared by the loops, need no lock, and keep their state over a change of
/// routes.
///
/// Time is `System.nanoTime()` of the caller, passed in, so that a batch of events asks once.
@NullMarked
package sampan.gateway.limits;

import org.jspecify.annotations.NullMarked;

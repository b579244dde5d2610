/// Waiting for many descriptors on one platform thread.
///
/// [Poller] is an epoll(7) loop: whoever has a descriptor to watch registers it with a [Handler]
/// and [Readiness] bits and gets a [Registration]. It is what keeps blocking native calls away from
/// virtual threads: a handler completes a future or puts work into an executor, and a virtual
/// thread waits for that.
///
/// Life cycle: started once by the daemon, closed at its end. Threads: see [Poller].
@NullMarked
package sampan.linux.poll;

import org.jspecify.annotations.NullMarked;

/// The thin client's other end: a caller's arguments, environment and open descriptors arrive over
/// `cli.sock`, a command runs in the caller's name on a platform thread of its own, its exit code
/// goes back. The protocol is `native/include/client.h`.
///
/// Commands block on the caller's descriptors by native calls, which would pin the carrier of a
/// virtual thread: hence platform threads, at most [sampan.app.session.SessionServer#SESSIONS_MAX].
@NullMarked
package sampan.app.session;

import org.jspecify.annotations.NullMarked;

/// Unix sockets with what `java.nio` leaves out: sequenced packets, pairs, descriptors as cargo
/// (SCM_RIGHTS), the peer's pid and user, paths longer than 107 bytes.
///
/// A [UnixSocket] owns one descriptor. Words: a *pair* is two connected ends; [Received] is one
/// message with the descriptors that came along, which belong to the receiver; [PeerCredential] is
/// who was on the other side when the connection was made.
///
/// Threads: the `try` forms never block and may be used anywhere, in poller handlers above all; the
/// others block and belong on platform threads.
@NullMarked
package sampan.linux.sockets;

import org.jspecify.annotations.NullMarked;

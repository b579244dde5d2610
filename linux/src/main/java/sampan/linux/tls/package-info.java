/// TLS by the system's libssl (OpenSSL 3) on sockets that an event loop owns.
///
/// [TlsServer] and [TlsClient] hold what all connections of a listener or to a service share:
/// certificates, trust, versions. [TlsSession] is one connection: it reads and writes the socket
/// itself, at addresses as `sampan.linux.net` does, and allocates nothing once it is established.
///
/// Nothing of cryptography or of the protocol is ours. A context lives as long as a session of it,
/// so that new certificates are a new context and no connection notices.
@NullMarked
package sampan.linux.tls;

import org.jspecify.annotations.NullMarked;

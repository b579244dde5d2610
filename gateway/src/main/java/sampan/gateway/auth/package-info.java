/// Who a request is from, and what that one may.
///
/// An [AuthMethod] proves an identity, [AuthFilter] asks the methods of a route one after the other
/// and its [Policy] whether the identity may go on. What was proven is remembered by the exact
/// octets that proved it ([CredentialCache]), so that it costs nothing to see them again. What
/// blocks (keys that must be fetched, passwords, slow signatures) is done on virtual threads.
///
/// Threads: all is shared by all loops. All cryptography is the JDK's and the libraries'.
@NullMarked
package sampan.gateway.auth;

import org.jspecify.annotations.NullMarked;

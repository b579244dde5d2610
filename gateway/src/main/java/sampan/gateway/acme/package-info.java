/// Certificates by ACME: ordered, kept and renewed on a virtual thread of the gateway. A pending
/// challenge is a route like any other; a new certificate is a changed file, as one that people put
/// there. So neither costs a request anything.
///
/// The library and its cryptography are loaded where a file has `acme` only.
@NullMarked
package sampan.gateway.acme;

import org.jspecify.annotations.NullMarked;

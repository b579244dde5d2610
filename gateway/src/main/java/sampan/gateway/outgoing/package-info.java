/// What the gateway itself asks of other servers, keys, decisions and collectors: [Outgoing] bounds
/// each question in time and size, and knows whose certificates are good. Off the loops.
@NullMarked
package sampan.gateway.outgoing;

import org.jspecify.annotations.NullMarked;

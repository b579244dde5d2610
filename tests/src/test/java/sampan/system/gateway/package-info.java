/// The gateway's program between real clients and real servers: what they make of it.
@NullMarked
package sampan.system.gateway;

import org.jspecify.annotations.NullMarked;

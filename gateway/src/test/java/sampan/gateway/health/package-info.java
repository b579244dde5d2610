/// Tests of health checks against real servers.
@NullMarked
package sampan.gateway.health;

import org.jspecify.annotations.NullMarked;

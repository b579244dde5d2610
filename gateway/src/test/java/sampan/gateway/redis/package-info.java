@NullMarked
package sampan.gateway.redis;

import org.jspecify.annotations.NullMarked;

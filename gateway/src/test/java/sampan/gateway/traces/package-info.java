@NullMarked
package sampan.gateway.traces;

import org.jspecify.annotations.NullMarked;

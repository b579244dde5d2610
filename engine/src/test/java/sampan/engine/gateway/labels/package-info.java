/// What labels come to.
@NullMarked
package sampan.engine.gateway.labels;

import org.jspecify.annotations.NullMarked;

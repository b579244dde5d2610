/// Named and anonymous volumes.
@NullMarked
package sampan.engine.volumes;

import org.jspecify.annotations.NullMarked;

/// What happened, as clients hear it.
@NullMarked
package sampan.engine.events;

import org.jspecify.annotations.NullMarked;

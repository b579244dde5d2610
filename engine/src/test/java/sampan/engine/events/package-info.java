/// Tests of the package of the same name.
@NullMarked
package sampan.engine.events;

import org.jspecify.annotations.NullMarked;

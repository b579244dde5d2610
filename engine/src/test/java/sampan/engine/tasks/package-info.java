/// Tests of the package of the same name.
@NullMarked
package sampan.engine.tasks;

import org.jspecify.annotations.NullMarked;

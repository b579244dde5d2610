/// Tests of the package of the same name.
@NullMarked
package sampan.engine.containers;

import org.jspecify.annotations.NullMarked;

/// Tests of the package of the same name.
@NullMarked
package sampan.engine.logs;

import org.jspecify.annotations.NullMarked;

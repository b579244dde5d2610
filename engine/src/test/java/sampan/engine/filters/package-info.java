/// Tests of the package of the same name.
@NullMarked
package sampan.engine.filters;

import org.jspecify.annotations.NullMarked;

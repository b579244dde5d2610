/// Tests of the package of the same name.
@NullMarked
package sampan.engine.volumes;

import org.jspecify.annotations.NullMarked;

/// BuildKit's control services, as far as docker clients call them.
@NullMarked
package sampan.buildkit.control;

import org.jspecify.annotations.NullMarked;

@NullMarked
package sampan.buildkit.control;

import org.jspecify.annotations.NullMarked;

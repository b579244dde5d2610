@NullMarked
package sampan.engine;

import org.jspecify.annotations.NullMarked;

@NullMarked
package sampan.engine.store;

import org.jspecify.annotations.NullMarked;

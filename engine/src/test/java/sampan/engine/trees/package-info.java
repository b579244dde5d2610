@NullMarked
package sampan.engine.trees;

import org.jspecify.annotations.NullMarked;

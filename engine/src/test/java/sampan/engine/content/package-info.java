@NullMarked
package sampan.engine.content;

import org.jspecify.annotations.NullMarked;

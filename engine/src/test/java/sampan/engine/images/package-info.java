@NullMarked
package sampan.engine.images;

import org.jspecify.annotations.NullMarked;

@NullMarked
package sampan.engine.images.transfer;

import org.jspecify.annotations.NullMarked;

@NullMarked
package sampan.engine.fsck;

import org.jspecify.annotations.NullMarked;

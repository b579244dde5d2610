@NullMarked
package sampan.engine.archives;

import org.jspecify.annotations.NullMarked;

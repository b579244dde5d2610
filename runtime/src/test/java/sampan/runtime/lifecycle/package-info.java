@NullMarked
package sampan.runtime.lifecycle;

import org.jspecify.annotations.NullMarked;

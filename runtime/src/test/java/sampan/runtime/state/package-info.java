@NullMarked
package sampan.runtime.state;

import org.jspecify.annotations.NullMarked;

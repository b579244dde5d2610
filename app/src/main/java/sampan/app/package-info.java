@NullMarked
package sampan.app;

import org.jspecify.annotations.NullMarked;

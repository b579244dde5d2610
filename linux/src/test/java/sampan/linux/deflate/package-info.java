@NullMarked
package sampan.linux.deflate;

import org.jspecify.annotations.NullMarked;

@NullMarked
package sampan.linux.crypto;

import org.jspecify.annotations.NullMarked;

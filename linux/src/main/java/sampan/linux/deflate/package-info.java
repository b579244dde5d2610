/// Decoding of deflate (RFC 1951), by libisal where the machine has it.
@NullMarked
package sampan.linux.deflate;

import org.jspecify.annotations.NullMarked;

/// Deflate (RFC 1951) and gzip by libisal, where the machine has it.
@NullMarked
package sampan.linux.deflate;

import org.jspecify.annotations.NullMarked;

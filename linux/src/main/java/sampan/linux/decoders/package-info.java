/// Decoders of rare compressions by the machine's own libraries.
@NullMarked
package sampan.linux.decoders;

import org.jspecify.annotations.NullMarked;

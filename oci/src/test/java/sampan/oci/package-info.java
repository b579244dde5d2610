@NullMarked
package sampan.oci;

import org.jspecify.annotations.NullMarked;

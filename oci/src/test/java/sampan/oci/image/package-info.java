@NullMarked
package sampan.oci.image;

import org.jspecify.annotations.NullMarked;

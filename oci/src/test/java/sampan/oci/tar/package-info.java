@NullMarked
package sampan.oci.tar;

import org.jspecify.annotations.NullMarked;

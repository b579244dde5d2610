@NullMarked
package sampan.oci.json;

import org.jspecify.annotations.NullMarked;
